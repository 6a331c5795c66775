import { RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { RotateAnswer } from '../../functions/credential/answer.ts';
import { functionArn } from '../../local/embedded-stack/names.ts';
import { acceptsSecret } from '../../local/stand-ins/iam/token-request.ts';
import { PREFIX } from '../stand/prefix.ts';
import type { Stand } from '../stand/stand.ts';
import type { PeerDeps } from './http.ts';
import { rotateNaively } from './naive.ts';
import { type StepEvent, takeTemplateStep } from './template.ts';

/** What begins a rotation of ours: a schedule, a call, or Secrets Manager by itself. */
export type Trigger = 'schedule' | 'api' | 'steps';

/** Whoever rotates a stand's credential once. */
export type Rotator = (stand: Stand) => Promise<void>;

/** A schedule's time is later than the last rotation. */
const SOON_MS = 1000;

/** @throws {Error} when the rotation does not end as `rotated`, or the connector holds what the IAM refuses */
export const OURS: { readonly [T in Trigger]: Rotator } = {
  schedule: async (stand) => {
    const { functions, customer } = stand;
    const scheduledTime = new Date(stand.systems.secrets.store.clock().getTime() + SOON_MS).toISOString();
    const event = { trigger: 'schedule', id: customer.credential.id, scheduledTime };
    const { payload, error } = await functions.host.invoke(`${PREFIX}-rotate`, event);
    if (error) throw new Error(error.errorMessage);
    const { rotation } = payload as Partial<Extract<RotateAnswer, { rotation: unknown }>>;
    if (rotation?.outcome !== 'rotated') throw new Error(`${rotation?.outcome}: ${rotation?.failure?.detail}`);
    assertDone(stand);
  },
  api: async (stand) => {
    const url = `https://api.example.com/credentials/${stand.customer.credential.id}/rotations`;
    const headers = { 'content-type': 'application/json' };
    const answer = await stand.functions.api(new Request(url, { method: 'POST', headers, body: '{}' }));
    const body = (await answer.json()) as { readonly outcome?: string; readonly detail?: string };
    if (body.outcome !== 'rotated') throw new Error(`${answer.status} ${body.outcome}: ${body.detail}`);
    assertDone(stand);
  },
  steps: rotateBySteps,
};

/** Whoever takes one of the template's steps. */
export type StepTaker = (stand: Stand, step: StepEvent) => Promise<void>;

/** The completed template: Secrets Manager takes its four steps. */
export function templateBy(takeStep: StepTaker): Rotator {
  return async (stand) => {
    const { systems, functions } = stand;
    systems.rotation.take = async (step) => {
      functions.invoked.push('template');
      await takeStep(stand, step);
    };
    await rotateBySteps(stand);
  };
}

/** @param run runs the script once */
export function naiveBy(run: Rotator): Rotator {
  return async (stand) => {
    stand.functions.invoked.push('script');
    await run(stand);
    assertDone(stand);
  };
}

/** The completed template in this process. */
export const template = templateBy(async (stand, step) => await takeTemplateStep(depsOf(stand), step));

/** The naive script in this process. */
export const naive = naiveBy(async (stand) => await rotateNaively(depsOf(stand)));

function depsOf({ customer, newClient, fetch }: Stand): PeerDeps {
  return { newClient, fetch, credential: customer.credential };
}

/** Registers a function with the secret, and rotates nothing. */
export async function registerSteps({ operator, customer, systems }: Stand): Promise<void> {
  const registration = {
    SecretId: `${PREFIX}/${customer.credential.id}`,
    RotationLambdaARN: functionArn(PREFIX, 'rotate'),
    RotateImmediately: false,
    RotationRules: { AutomaticallyAfterDays: 30 },
  };
  await operator.send(new RotateSecretCommand(registration));
  await systems.secrets.settled();
}

async function rotateBySteps(stand: Stand): Promise<void> {
  const SecretId = `${PREFIX}/${stand.customer.credential.id}`;
  const { VersionId } = await stand.operator.send(new RotateSecretCommand({ SecretId }));
  await stand.systems.secrets.settled();
  const versions = stand.systems.secrets.versions(SecretId);
  if (versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.id !== VersionId)
    throw new Error('a step has failed');
  assertDone(stand);
}

/** Whether what the connector holds is accepted by the IAM. */
export function isWorking({ systems: { iam, connector }, customer: { realm, configuration } }: Stand): boolean {
  const { clientId, clientSecret = '' } = connector.sectionOf(configuration, 'runtime');
  const client = iam.findClient(realm, clientId);
  return client !== undefined && acceptsSecret(client, clientSecret, iam.nowSeconds);
}

/** @throws {Error} when the connector and Secrets Manager differ, or hold what the IAM refuses */
export function assertDone(stand: Stand): void {
  const { systems, customer } = stand;
  const { clientSecret } = systems.connector.sectionOf(customer.configuration, 'runtime');
  const versions = systems.secrets.versions(`${PREFIX}/${customer.credential.id}`);
  const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'))?.SecretString ?? '{}';
  if ((JSON.parse(current) as { clientSecret?: string }).clientSecret !== clientSecret)
    throw new Error('the connector does not hold what is stored');
  if (!isWorking(stand)) throw new Error('the IAM refuses what the connector holds');
}
