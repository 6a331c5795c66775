import { type Credential, credentialSchema } from '../../../functions/credential/settings/credential.ts';
import type { EmbeddedStack } from '../../embedded-stack/stack.ts';
import type { Configuration } from '../../stand-ins/connector/configuration.ts';
import { CONFIGURATIONS_PATH } from '../../stand-ins/connector/handler.ts';
import { agentOf, CLIENT_ID, CONNECTOR_NAME, type Customer } from './customers.ts';

/** The client with which the rotator signs in to an IAM. */
export const ROTATOR = 'flow-secret-rotator';

/** For people, who have more time than the demonstration lasts: nobody is reminded meanwhile. */
const GRACE_OF_PEOPLE = 'P1D';

/** How a customer is onboarded. */
export interface Onboarding {
  readonly connectorToken: string;
  /** ISO 8601 duration. */
  readonly grace: string;
  /** How long an agent may take, as an ISO 8601 duration. @default 'PT5S' */
  readonly agentTimeout?: string;
  /** Between scheduled rotations; longer than a lease and the grace. @default 1 */
  readonly everyMinutes?: number;
}

/** The settings of a customer's credential, as they would stand in a fleet file. */
export function settingsOf(stack: EmbeddedStack, customer: Customer, onboarding: Onboarding): Credential {
  const { prefix, iamUrl } = stack;
  const { grace, everyMinutes = 1 } = onboarding;
  const byPeople = customer.iam === 'manual';
  return credentialSchema({ prefix, local: true }).parse({
    id: customer.id,
    accessTokenUrl: `${iamUrl}/auth/realms/${customer.realm}/protocol/openid-connect/token`,
    clientId: CLIENT_ID,
    grace: byPeople ? GRACE_OF_PEOPLE : grace,
    iam: iamOf(stack, customer),
    connectors: [connectorOf(stack, customer, onboarding)],
    schedule: {
      expression: `rate(${everyMinutes} minute${everyMinutes === 1 ? '' : 's'})`,
      // Somebody has to be there: it is rotated on demand.
      state: byPeople ? 'DISABLED' : 'ENABLED',
    },
  });
}

function iamOf({ prefix, iamUrl }: EmbeddedStack, { id, realm, iam }: Customer) {
  if (iam === 'manual') return { type: 'manual' };
  return {
    adminUrl: `${iamUrl}/auth/admin/realms/${realm}`,
    auth: { clientId: ROTATOR, secretId: `${prefix}-access/${id}/iam` },
  };
}

function connectorOf({ prefix, connectorUrl }: EmbeddedStack, customer: Customer, { agentTimeout }: Onboarding) {
  const { id, via } = customer;
  const name = CONNECTOR_NAME;
  switch (via) {
    case 'https': {
      const auth = { type: 'bearer', secretId: `${prefix}-access/${id}/connector` };
      return { name, url: `${connectorUrl}${CONFIGURATIONS_PATH}${id}`, auth };
    }
    case 'agent':
      return { name, via, agent: agentOf(customer), configuration: id, timeout: agentTimeout ?? 'PT5S' };
    case 'manual':
      return { name, via };
  }
}

/** What a customer's connector is configured with. */
export function configurationOf(
  { accessTokenUrl, scope }: Pick<Credential, 'accessTokenUrl' | 'scope'>,
  clientSecret: string,
): Configuration {
  const section = {
    flowType: 'ClientCredentials' as const,
    accessTokenUrl,
    clientId: CLIENT_ID,
    clientSecret,
    scopes: scope,
  };
  return {
    name: CONNECTOR_NAME,
    serviceUri: new URL(accessTokenUrl).origin,
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: section, runtime: section },
  };
}
