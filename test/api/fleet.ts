import { randomBytes } from 'node:crypto';
import { credentialSchema } from '../../functions/credential/settings/credential.ts';
import type { Customer } from '../../local/demo/fleet/customers.ts';
import { onboard, scheduleFrom } from '../../local/demo/fleet/onboarding.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../local/embedded-stack/stack.ts';

/** Far away: what is rotated here is rotated by calls. */
const EVERY_MINUTES = 60 * 24 * 30;
const DAY_MS = 86_400_000;

const OVER_HTTPS = { iam: 'keycloak', via: 'https' } as const;
/** With an overlap, without one, and with a connector that a person serves besides. */
const CUSTOMERS: readonly Customer[] = [
  { id: 'acme-prod', realm: 'acmeprod', overlap: true, ...OVER_HTTPS },
  { id: 'globex-prod', realm: 'globexprod', overlap: false, ...OVER_HTTPS },
  { id: 'initech-prod', realm: 'initechprod', overlap: true, ...OVER_HTTPS },
];
const BY_HAND = 'initech-prod';

/**
 * Starts an embedded stack with a small fleet.
 *
 * @param timeouts rule the lease, and so how many calls really rotate: the others are told `too-soon`
 */
export async function startFleet(timeouts: { function: string; http: string }): Promise<EmbeddedStack> {
  const connectorToken = randomBytes(32).toString('base64url');
  const stack = await startEmbeddedStack({ audits: false, timeouts, connectorToken });
  for (const customer of CUSTOMERS) {
    const credential = await onboard(stack, customer, { connectorToken, grace: 'PT1H', everyMinutes: EVERY_MINUTES });
    if (customer.id !== BY_HAND) continue;
    const connectors = [...credential.connectors, { name: 'IFS Test', via: 'manual' }];
    const schema = credentialSchema({ prefix: stack.prefix, local: true });
    const firstRun = new Date(Math.ceil(Date.now() / 1000) * 1000 + DAY_MS);
    await scheduleFrom(stack, schema.parse({ ...credential, connectors }), firstRun);
  }
  return stack;
}
