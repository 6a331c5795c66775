import { randomBytes } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import pMap from 'p-map';
import { depthOf } from '../../functions/audit/slices.ts';
import { onboard } from '../demo/fleet/onboarding.ts';
import { OPERATOR, REGION } from '../embedded-stack/names.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded-stack/stack.ts';

/** A quarter of an hour in which every credential of the fleet has its turn, in whole: more than any audit has to do. */
export const TURN = new Date('2026-03-01T03:00:00Z');
/** An adoption is a run of its own, in this process. */
const ADOPTED_AT_ONCE = 3;
export const TIMEOUTS = { function: 'PT60S', http: 'PT10S' } as const;

/**
 * Starts the embedded stack with so many credentials at rest.
 *
 * @param answerMs how long each IAM and connector takes to answer
 * @throws {Error} when one could not be adopted; nothing is left running then
 */
export async function startFleet(size: number, answerMs: number): Promise<EmbeddedStack> {
  const connectorToken = randomBytes(32).toString('base64url');
  const stack = await startEmbeddedStack({ audits: false, timeouts: TIMEOUTS, connectorToken, answerMs });
  const signed = new AwsClient({ ...OPERATOR, region: REGION, service: 'execute-api', retries: 0 });
  try {
    await pMap(idsOf(size), (id) => adopt(id, { stack, connectorToken, signed }), { concurrency: ADOPTED_AT_ONCE });
    return stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

interface Adopting {
  readonly stack: EmbeddedStack;
  readonly connectorToken: string;
  readonly signed: AwsClient;
}

async function adopt(id: string, { stack, connectorToken, signed }: Adopting): Promise<void> {
  const customer = { id, realm: id, overlap: true, iam: 'keycloak', via: 'https' } as const;
  await onboard(stack, customer, { connectorToken, grace: 'PT1H', everyMinutes: 1440 });
  const answer = await signed.fetch(`${stack.apiUrl}/credentials/${id}/rotations`, { method: 'POST', body: '{}' });
  if (!answer.ok) throw new Error(`${id} was not adopted: ${answer.status} ${await answer.text()}`);
}

/** Ids of so many credentials that all have their turn at {@link TURN}. */
export function idsOf(size: number): string[] {
  const ids: string[] = [];
  for (let n = 1; ids.length < size; n++) {
    const id = `customer-${n}`;
    if (depthOf(id, TURN) === 'whole') ids.push(id);
  }
  return ids;
}
