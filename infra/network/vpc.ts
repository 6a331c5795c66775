import * as z from 'zod';
import { reachOf } from '../../functions/credential/address/reach.ts';
import { inPlainWords } from '../faults/plain-words.ts';

/** An id of something in a VPC: eight or seventeen hexadecimal digits. */
function idOf(kind: 'vpc' | 'subnet' | 'sg' | 'rtb', what: string) {
  const pattern = new RegExp(`^${kind}-([0-9a-f]{8}|[0-9a-f]{17})$`);
  return z.string().regex(pattern, `is not the id of a ${what}; for example ${kind}-0123456789abcdef0`);
}

const idsOf = (kind: 'subnet' | 'sg' | 'rtb', what: string) =>
  z.array(idOf(kind, what)).superRefine((ids, issues) => {
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined) issues.addIssue(`has ${twice} twice`);
  });

const endpoints = z.boolean().default(false);

/** A VPC that is there. */
const Existing = z.strictObject({
  id: idOf('vpc', 'VPC'),
  subnets: idsOf('subnet', 'subnet')
    .min(2, 'needs two subnets at least, in two availability zones: with one, nothing runs while its zone is down')
    .max(16, 'has more than 16 subnets, which is all that a function takes'),
  securityGroups: idsOf('sg', 'security group')
    .min(1, 'needs one at least, or leave it out: the stack makes one')
    .max(5)
    .optional(),
  endpoints,
  routeTables: idsOf('rtb', 'route table').min(1, 'needs those of the subnets').optional(),
});

/** A VPC that the stack makes. */
const Made = z.strictObject({
  cidr: z.string().superRefine((text, issues) => {
    const fault = cidrFault(text);
    if (fault) issues.addIssue(fault);
  }),
  natGateways: z.int().min(1).max(2).default(1),
  endpoints,
});

/** Context `vpc`: where the functions run that call customers' systems. */
export const VpcSettings = z
  .unknown()
  .transform((value, issues) => {
    const isMade = typeof value === 'object' && value !== null && 'cidr' in value;
    const result = (isMade ? Made : Existing).safeParse(value, { error: inPlainWords });
    if (result.success) return result.data;
    for (const issue of result.error.issues) issues.addIssue(issue as never);
    return z.NEVER;
  })
  .superRefine((vpc, issues) => {
    if (!('id' in vpc)) return;
    const { endpoints: wanted, routeTables } = vpc;
    if (wanted && routeTables === undefined)
      issues.addIssue({
        code: 'custom',
        path: ['routeTables'],
        message: 'is missing: the endpoint of DynamoDB is a route in the tables of the subnets',
      });
    if (!wanted && routeTables !== undefined)
      issues.addIssue({ code: 'custom', path: ['routeTables'], message: 'is only needed with "endpoints": true' });
  });

export type VpcSettings = z.infer<typeof VpcSettings>;

function cidrFault(text: string): string | undefined {
  const [, address = '', bits = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  if (reachOf(address) !== 'private') return 'is not a private IPv4 range; for example 10.20.0.0/24';
  // Two public and two private subnets, the smallest of which AWS takes.
  return Number(bits) >= 16 && Number(bits) <= 25
    ? undefined
    : 'must be between /16 and /25: four subnets have to fit in';
}
