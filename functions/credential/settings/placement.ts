import * as z from 'zod';
import { distinct } from './parts/checks.ts';
import { unionFault } from './parts/parts.ts';

const region = z
  .string()
  .max(32)
  .regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/, 'is not the name of a region of AWS; for example eu-west-1');

/** A key by its ARN, its id or its alias. */
const kmsKeyId = z
  .string()
  .max(2048)
  .regex(
    /^(arn:[^:]+:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+)|alias\/[\w/-]+|[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}|mrk-[a-f0-9]{32})$/,
    'is not the ARN, the id or the alias of a KMS key',
  );

const replica = z.union(
  [
    region.transform((name): { region: string; kmsKeyId?: string | undefined } => ({ region: name })),
    z.strictObject({
      region: region.describe('The region, for example eu-west-1.'),
      kmsKeyId: kmsKeyId
        .optional()
        .describe("A KMS key of that region that encrypts the replica. Default: that region's aws/secretsmanager."),
    }),
  ],
  { error: (issue) => unionFault(issue.errors, 'must be the name of a region, or { region, kmsKeyId }') },
);

/** Other regions in which Secrets Manager keeps a copy of a credential's secret. */
export const replicaRegions = z.array(replica).max(20, 'has more than 20 regions').check(distinct('region'));

/** One of {@link replicaRegions}. */
export type Replica = z.infer<typeof replica>;

/** The account in which a credential's secrets lie, and the way in. */
export const account = z
  .strictObject({
    roleArn: z
      .string()
      .max(2048)
      .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'is not the ARN of an IAM role')
      .describe('The role to assume: its ARN, in the account in which the secrets lie.'),
    externalId: z
      .string()
      .regex(/^[\w+=,.@:/-]{8,256}$/, 'must be 8 to 256 letters, digits or _+=,.@:/-')
      .describe(
        "The external id that the role's trust policy asks for: one of its own for each customer, drawn by you.",
      ),
    region: region
      .optional()
      .describe('The region of that account in which the secrets lie. Default: that of the deployment.'),
  })
  .describe("Another account in which the credential's secrets lie: its own, and those that it is reached with.");

/** The account of a credential whose secrets lie elsewhere. */
export type Account = z.infer<typeof account>;
