import { CreateScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { serializeDocument } from '../../functions/credential/document.ts';
import { scheduledEvent } from '../../functions/credential/events/scheduled.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import { ACCOUNT, functionArn } from '../../local/embedded-stack/names.ts';
import { AgentStandIn } from '../../local/stand-ins/agent/agent.ts';
import { createQueues, serveAgent } from '../../local/stand-ins/agent/serve.ts';
import { CONFIGURATIONS_PATH } from '../../local/stand-ins/connector/handler.ts';
import { OVERLAP_POLICY, OVERLAP_PROFILE } from '../../local/stand-ins/iam/overlap-policy.ts';
import { createSecret } from '../../local/stand-ins/secrets-manager/lifecycle.ts';
import { getSecretValue } from '../../local/stand-ins/secrets-manager/values.ts';
import { PREFIX } from './prefix.ts';
import { CONNECTOR_TOKEN, type Systems } from './systems.ts';

const ROTATOR = 'flow-secret-rotator';
const ROTATOR_SECRET = 'rotator-secret';
const CLIENT_IDS = ['NC_Flow', 'NC_Flow_B'] as const;
const AGENT = 'agent-1';
/** How long a previous secret stays valid where the IAM can keep it. */
export const GRACE = { iso: 'PT1H', ms: 3_600_000 } as const;

export const STRATEGIES = ['dual-secret', 'alternating-clients', 'in-place'] as const;
export const RENEWALS = ['set', 'regenerate'] as const;

/** How a customer's credential is rotated. */
export interface Manner {
  readonly strategy: (typeof STRATEGIES)[number];
  readonly renewal: (typeof RENEWALS)[number];
  /** Whether rotation belongs to Secrets Manager. @default false */
  readonly native?: boolean;
  /** How the connector is reached. @default 'https' */
  readonly door?: 'https' | 'agent';
}

/** Where the customers' systems are found. No slash at the end. */
export interface Origins {
  readonly iam: string;
  readonly connector: string;
}

/** A customer whose secret was adopted: IAM, connector, access secrets and schedule are there. */
export interface Customer {
  readonly credential: Credential;
  readonly realm: string;
  /** The name of the connector's configuration. */
  readonly configuration: string;
}

/** Makes a customer. */
export async function onboard(
  systems: Systems,
  { id, manner, origins, scheduler }: { id: string; manner: Manner; origins: Origins; scheduler: SchedulerClient },
): Promise<Customer> {
  const customer = { credential: settingsOf(id, manner, origins), realm: `realm-${id}`, configuration: id };
  prepareIam(systems, customer, manner);
  prepareConnector(systems, customer, manner);
  keepSecrets(systems, customer);
  await scheduler.send(new CreateScheduleCommand(scheduleOf(customer.credential)));
  return customer;
}

function settingsOf(id: string, { strategy, renewal, native = false, door = 'https' }: Manner, origins: Origins) {
  const access = `${PREFIX}-access/${id}`;
  const realms = (path: string) => `${origins.iam}/auth/${path}realms/realm-${id}`;
  const auth = { type: 'bearer', secretId: `${access}/connector` };
  const overHttps = { name: 'connector', url: `${origins.connector}${CONFIGURATIONS_PATH}${id}`, auth };
  const byAgent = { name: 'connector', via: 'agent', agent: AGENT, configuration: id, timeout: 'PT5S' };
  return credentialSchema({ prefix: PREFIX, local: true }).parse({
    id,
    accessTokenUrl: `${realms('')}/protocol/openid-connect/token`,
    clientId: strategy === 'alternating-clients' ? CLIENT_IDS : CLIENT_IDS[0],
    strategy,
    native,
    grace: GRACE.iso,
    iam: { renewal, adminUrl: realms('admin/'), auth: { clientId: ROTATOR, secretId: `${access}/iam` } },
    connectors: [door === 'agent' ? byAgent : overHttps],
    schedule: { expression: 'cron(0 3 ? * SUN *)' },
  });
}

function firstSecretOf(id: string): string {
  return `first-secret-of-${id}`;
}

function prepareIam({ iam }: Systems, { credential, realm }: Customer, { strategy }: Manner): void {
  const overlap = strategy === 'dual-secret';
  iam.createRealm(realm, { feature: overlap });
  if (overlap) {
    iam.putProfiles(realm, { profiles: [OVERLAP_PROFILE] });
    iam.putPolicies(realm, { policies: [OVERLAP_POLICY] });
  }
  const [first = '', ...others] = [credential.clientId].flat();
  const made = iam.createClient(realm, { clientId: first, secret: firstSecretOf(credential.id) });
  const idle = others.map((clientId) => iam.createClient(realm, { clientId, secret: 'the-secret-of-the-idle-client' }));
  iam.createClient(realm, { clientId: ROTATOR, secret: ROTATOR_SECRET });
  iam.permit(realm, ROTATOR, { kind: 'clients', list: true, clients: [made, ...idle].map(({ id }) => id) });
}

function prepareConnector(systems: Systems, { credential, configuration }: Customer, { door }: Manner): void {
  const { id, accessTokenUrl, scope: scopes } = credential;
  const clientIds = [credential.clientId].flat();
  const secrets = { clientId: clientIds[0] ?? '', clientSecret: firstSecretOf(id) };
  const section = { flowType: 'ClientCredentials' as const, accessTokenUrl, scopes, ...secrets };
  systems.connector.configure(configuration, {
    name: configuration,
    serviceUri: new URL(accessTokenUrl).origin,
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: section, runtime: section },
  });
  if (door === 'agent') placeAgent(systems, { id, configuration, clientIds });
}

function placeAgent(
  { sqs, connector, secrets }: Systems,
  { id, configuration, clientIds }: { id: string; configuration: string; clientIds: string[] },
): void {
  createQueues(sqs, { prefix: PREFIX, agents: [AGENT], credentials: [id] });
  const served = { name: configuration, credential: id, secretId: `${PREFIX}/${id}`, clientIds };
  const agent = new AgentStandIn({
    name: AGENT,
    configurations: () => [served],
    connector,
    readSecret: async (SecretId, VersionId) =>
      getSecretValue(secrets.store, { SecretId, VersionId }).SecretString ?? '',
    now: () => secrets.store.clock().getTime(),
  });
  serveAgent(sqs, PREFIX, agent);
}

function keepSecrets({ secrets }: Systems, { credential }: Customer): void {
  const { id, accessTokenUrl, clientId, scope } = credential;
  const document = {
    accessTokenUrl,
    clientId: [clientId].flat()[0] ?? '',
    clientSecret: new Secret(firstSecretOf(id)),
    scope,
  };
  const values = {
    [`${PREFIX}/${id}`]: serializeDocument(document).reveal(),
    [`${PREFIX}-access/${id}/iam`]: JSON.stringify({ clientSecret: ROTATOR_SECRET }),
    [`${PREFIX}-access/${id}/connector`]: JSON.stringify({ token: CONNECTOR_TOKEN }),
  };
  for (const [Name, SecretString] of Object.entries(values)) createSecret(secrets.store, { Name, SecretString });
}

function scheduleOf(credential: Credential) {
  return {
    Name: credential.id,
    GroupName: PREFIX,
    ScheduleExpression: credential.schedule.expression,
    ScheduleExpressionTimezone: credential.schedule.timezone,
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: {
      Arn: functionArn(PREFIX, 'rotate'),
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-scheduler`,
      Input: JSON.stringify(scheduledEvent(credential)),
    },
  };
}
