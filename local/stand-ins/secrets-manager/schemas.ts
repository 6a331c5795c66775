import * as z from 'zod';
import type { operations } from './engine.ts';

type Operations = typeof operations;

// The constraints of the API reference. A parameter that this part doesn't know is refused rather than ignored.
const SecretId = z.string().min(1).max(2048);
const VersionId = z.string().min(32).max(64);
const VersionStage = z.string().min(1).max(256);
const SecretString = z.string().min(1).max(65_536).optional();
const SecretBinary = z.base64().min(1).transform(toBytes).optional();
const Tags = z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }));
const MaxResults = z.int().min(1).max(100).optional();
const NextToken = z.string().min(1).max(4096).optional();
const RotationRules = z.strictObject({
  AutomaticallyAfterDays: z.int().min(1).max(1000).optional(),
  Duration: z
    .string()
    .regex(/^\d{1,2}h$/)
    .optional(),
  ScheduleExpression: z
    .string()
    .regex(/^(rate|cron)\(.+\)$/)
    .max(256)
    .optional(),
});

/** One schema for each operation's request, by the operation's name. */
export const requests = {
  CreateSecret: z.strictObject({
    Name: z
      .string()
      .max(512)
      .regex(/^[A-Za-z0-9/_+=.@-]+$/),
    ClientRequestToken: VersionId.optional(),
    Description: z.string().max(2048).optional(),
    KmsKeyId: z.string().max(2048).optional(),
    SecretString,
    SecretBinary,
    Tags: Tags.optional(),
  }),
  DescribeSecret: z.strictObject({ SecretId }),
  GetSecretValue: z.strictObject({
    SecretId,
    VersionId: VersionId.optional(),
    VersionStage: VersionStage.optional(),
  }),
  PutSecretValue: z.strictObject({
    SecretId,
    ClientRequestToken: VersionId.optional(),
    SecretString,
    SecretBinary,
    VersionStages: z.array(VersionStage).min(1).max(20).optional(),
    RotationToken: z.string().min(36).max(256).optional(),
  }),
  UpdateSecretVersionStage: z.strictObject({
    SecretId,
    VersionStage,
    RemoveFromVersionId: VersionId.optional(),
    MoveToVersionId: VersionId.optional(),
  }),
  ListSecretVersionIds: z.strictObject({
    SecretId,
    MaxResults,
    NextToken,
    IncludeDeprecated: z.boolean().optional(),
  }),
  ListSecrets: z.strictObject({
    IncludePlannedDeletion: z.boolean().optional(),
    MaxResults,
    NextToken,
    Filters: z
      .array(z.strictObject({ Key: z.literal('name'), Values: z.array(z.string()) }))
      .max(10)
      .optional(),
  }),
  DeleteSecret: z.strictObject({
    SecretId,
    RecoveryWindowInDays: z.int().optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  }),
  RestoreSecret: z.strictObject({ SecretId }),
  TagResource: z.strictObject({ SecretId, Tags }),
  RotateSecret: z.strictObject({
    SecretId,
    ClientRequestToken: VersionId.optional(),
    RotationLambdaARN: z.string().max(2048).optional(),
    RotationRules: RotationRules.optional(),
    RotateImmediately: z.boolean().optional(),
  }),
  CancelRotateSecret: z.strictObject({ SecretId }),
} satisfies { [Name in keyof Operations]: z.ZodType<Parameters<Operations[Name]>[1]> };

function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
