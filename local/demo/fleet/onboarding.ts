import { CreateScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { scheduledEvent } from '../../../functions/credential/events/scheduled.ts';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { ACCOUNT, functionArn } from '../../embedded-stack/names.ts';
import type { EmbeddedStack } from '../../embedded-stack/stack.ts';
import { createQueues } from '../../stand-ins/agent/serve.ts';
import { OVERLAP_POLICY, OVERLAP_PROFILE } from '../../stand-ins/iam/overlap-policy.ts';
import { randomSecret } from '../../stand-ins/iam/secret-rotation.ts';
import { agentOf, CLIENT_ID, type Customer } from './customers.ts';
import { configurationOf, type Onboarding, ROTATOR, settingsOf } from './settings.ts';

const DAY_MS = 86_400_000;

/**
 * Makes everything that exists before the first run: what the customer's administrators do, and what the deployed stack holds. A
 * connector beside an agent is the agent's host's.
 */
export async function onboard(stack: EmbeddedStack, customer: Customer, onboarding: Onboarding): Promise<Credential> {
  const credential = settingsOf(stack, customer, onboarding);
  const rotatorSecret = prepareIam(stack, customer);
  const { id, via, iam } = customer;
  if (via !== 'agent') stack.connector.configure(id, configurationOf(credential, secretInIam(stack, customer)));
  const access = `${stack.prefix}-access/${id}`;
  if (iam === 'keycloak') await createSecret(stack, `${access}/iam`, { clientSecret: rotatorSecret });
  if (iam === 'manual') await createSecret(stack, `${stack.prefix}-inbox/${id}`);
  if (via === 'https') await createSecret(stack, `${access}/connector`, { token: onboarding.connectorToken });
  if (via === 'agent') {
    createQueues(stack.sqs, { prefix: stack.prefix, agents: [agentOf(customer)], credentials: [id] });
  }
  await createSecret(stack, `${stack.prefix}/${id}`);
  await stack.scheduler.send(new CreateScheduleCommand(scheduleOf(stack, credential, new Date(Date.now() + DAY_MS))));
  return credential;
}

/** The secret that a customer's IAM holds. */
export function secretInIam({ iam }: Pick<EmbeddedStack, 'iam'>, { realm }: Pick<Customer, 'realm'>): string {
  return iam.findClient(realm, CLIENT_ID)?.secret ?? '';
}

/**
 * Sets the first time of a credential's schedule, as an operator does.
 *
 * @param first a whole second
 */
export async function scheduleFrom(stack: EmbeddedStack, credential: Credential, first: Date): Promise<void> {
  await stack.scheduler.send(new UpdateScheduleCommand(scheduleOf(stack, credential, first)));
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
    State: credential.schedule.state,
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
