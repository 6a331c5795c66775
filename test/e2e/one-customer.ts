import { readFileSync } from 'node:fs';
import { REGION } from '../support/real-stack.ts';

const PAGE = new URL('../../docs/api.md', import.meta.url);
/** How the ARNs of the example begin, and those of MiniStack's only account. */
const EXAMPLE = 'arn:aws:execute-api:eu-north-1:111122223333:a1b2c3d4e5';
const OURS = `arn:aws:execute-api:${REGION}:000000000000:`;

/** The policy that docs/api.md gives to the operators of one customer, whose ids begin with `acme-`. */
export function policyOfOneCustomer(apiId: string): object {
  const [, policy = ''] = /^```json\n(\{\n {2}"Version"[\s\S]*?)^```$/m.exec(readFileSync(PAGE, 'utf8')) ?? [];
  return JSON.parse(policy.replaceAll(EXAMPLE, `${OURS}${apiId}`));
}
