import { CreateScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { scheduledEvent } from '../../functions/credential/events/scheduled.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import { ACCOUNT, functionArn } from '../embedded-stack/names.ts';
import type { EmbeddedStack } from '../embedded-stack/stack.ts';
import type { Configuration } from '../stand-ins/connector/configuration.ts';
import { CONFIGURATIONS_PATH } from '../stand-ins/connector/handler.ts';
import { OVERLAP_POLICY, OVERLAP_PROFILE } from '../stand-ins/iam/overlap-policy.ts';
import { randomSecret } from '../stand-ins/iam/secret-rotation.ts';

/** Both customers follow the vendor's naming advice, so both have this Client ID. */
export const CLIENT_ID = 'NC_Flow_ClientCredentials';

/** A customer of the example fleet. */
export interface Customer {
  /** The credential's id; also the name of its connector's configuration. */
  readonly id: string;
  readonly realm: string;
  /** Whether its IAM can keep a previous secret. */
  readonly overlap: boolean;
}

/** The example fleet. */
export const CUSTOMERS: readonly Customer[] = [
  { id: 'acme-prod', realm: 'acmeprod', overlap: true },
  { id: 'globex-prod', realm: 'globexprod', overlap: false },
];

const ROTATOR = 'flow-secret-rotator';
const DAY_MS = 86_400_000;

/** How a customer is onboarded. */
export interface Onboarding {
  readonly connectorToken: string;
  /** ISO 8601 duration. */
  readonly grace: string;
  /** Between scheduled rotations; longer than a lease and the grace. @default 1 */
  readonly everyMinutes?: number;
}

/** Makes everything that exists before the first run: what the customer's administrators do, and what the deployed stack holds. */
export async function onboard(stack: EmbeddedStack, customer: Customer, onboarding: Onboarding): Promise<Credential> {
  const credential = settingsOf(stack, customer, onboarding);
  const rotatorSecret = prepareIam(stack, customer);
  const clientSecret = stack.iam.findClient(customer.realm, CLIENT_ID)?.secret ?? '';
  stack.connector.configure(customer.id, configurationOf(credential, clientSecret));
  const access = `${stack.prefix}-access/${customer.id}`;
  await createSecret(stack, `${access}/iam`, { clientSecret: rotatorSecret });
  await createSecret(stack, `${access}/connector`, { token: onboarding.connectorToken });
  await createSecret(stack, `${stack.prefix}/${customer.id}`);
  await stack.scheduler.send(new CreateScheduleCommand(scheduleOf(stack, credential, new Date(Date.now() + DAY_MS))));
  return credential;
}

/**
 * Sets the first time of a credential's schedule, as an operator does.
 *
 * @param first a whole second
 */
export async function scheduleFrom(stack: EmbeddedStack, credential: Credential, first: Date): Promise<void> {
  await stack.scheduler.send(new UpdateScheduleCommand(scheduleOf(stack, credential, first)));
}

function settingsOf({ prefix, iamUrl, connectorUrl }: EmbeddedStack, customer: Customer, onboarding: Onboarding) {
  const { id, realm } = customer;
  const { grace, everyMinutes = 1 } = onboarding;
  return credentialSchema({ prefix, local: true }).parse({
    id,
    accessTokenUrl: `${iamUrl}/auth/realms/${realm}/protocol/openid-connect/token`,
    clientId: CLIENT_ID,
    grace,
    iam: {
      adminUrl: `${iamUrl}/auth/admin/realms/${realm}`,
      auth: { clientId: ROTATOR, secretId: `${prefix}-access/${id}/iam` },
    },
    connectors: [
      {
        name: 'IFS Production',
        url: `${connectorUrl}${CONFIGURATIONS_PATH}${id}`,
        auth: { type: 'bearer', secretId: `${prefix}-access/${id}/connector` },
      },
    ],
    schedule: { expression: `rate(${everyMinutes} minute${everyMinutes === 1 ? '' : 's'})` },
  });
}

/** @returns the rotator's own secret */
function prepareIam({ iam }: EmbeddedStack, { realm, overlap }: Customer): string {
  iam.createRealm(realm, { feature: overlap });
  if (overlap) {
    iam.putProfiles(realm, { profiles: [OVERLAP_PROFILE] });
    iam.putPolicies(realm, { policies: [OVERLAP_POLICY] });
  }
  const { id } = iam.createClient(realm, { clientId: CLIENT_ID });
  const secret = randomSecret();
  iam.createClient(realm, { clientId: ROTATOR, secret });
  iam.permit(realm, ROTATOR, { kind: 'clients', list: true, clients: [id] });
  return secret;
}

function configurationOf({ accessTokenUrl, scope }: Credential, clientSecret: string): Configuration {
  const section = {
    flowType: 'ClientCredentials' as const,
    accessTokenUrl,
    clientId: CLIENT_ID,
    clientSecret,
    scopes: scope,
  };
  return {
    name: 'IFS Production',
    serviceUri: new URL(accessTokenUrl).origin,
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: section, runtime: section },
  };
}

async function createSecret({ secretsManager }: EmbeddedStack, name: string, value?: object): Promise<void> {
  const content = value && { SecretString: JSON.stringify(value) };
  await secretsManager.send(new CreateSecretCommand({ Name: name, ...content }));
}

function scheduleOf({ prefix }: EmbeddedStack, credential: Credential, first: Date) {
  const event = scheduledEvent(credential);
  return {
    Name: credential.id,
    GroupName: prefix,
    ScheduleExpression: credential.schedule.expression,
    ScheduleExpressionTimezone: credential.schedule.timezone,
    StartDate: first,
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: {
      Arn: functionArn(prefix, 'rotate'),
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${prefix}-scheduler`,
      Input: JSON.stringify(event),
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
    },
  };
}
