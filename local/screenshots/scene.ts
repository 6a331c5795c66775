import { setTimeout as sleep } from 'node:timers/promises';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Customer } from '../demo/fleet/customers.ts';
import { onboard, scheduleFrom, secretInIam } from '../demo/fleet/onboarding.ts';
import { configurationOf } from '../demo/fleet/settings.ts';
import { lookAt, type RotationRequest, requestRotation } from '../demo/operator.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded-stack/stack.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TOKEN = 'connector-access-token';
const WEEKLY = { expression: 'cron(0 3 ? * SUN *)', timezone: 'Europe/Stockholm', state: 'ENABLED' } as const;

/** Connectors that a person changes. */
const BY_HAND = { name: 'Flow Connect', via: 'manual', within: 'P3D', proof: 'attested' } as const;

/** An embedded stack with a fleet that has a past. */
export interface Scene {
  readonly stack: EmbeddedStack;
  /** The time in its AWS. */
  now(): Date;
  /** Lets time go by in AWS. */
  pass(ms: number): void;
  /** Rotates, and waits for the end; a failure is none of the scene. */
  rotate(id: string, request: RotationRequest): Promise<void>;
  close(): Promise<void>;
}

/** Starts the stack, onboards a fleet, and lets some weeks go by. */
export async function openScene(): Promise<Scene> {
  let passedMs = 0;
  const now = () => new Date(Date.now() + passedMs);
  const stack = await startEmbeddedStack({
    // Time goes by in leaps here, and each leap would bring all of its audits at once.
    audits: false,
    timeouts: { function: 'PT27S', http: 'PT3S' },
    connectorToken: TOKEN,
    clock: now,
    // Nothing here is replicated: each first look is true.
    sleep: (ms) => sleep(ms / 10),
  });
  const scene: Scene = {
    stack,
    now,
    pass: (ms) => {
      passedMs += ms;
    },
    rotate: async (id, request) => {
      passedMs += 2 * MINUTE_MS;
      await requestRotation(stack.apiUrl, id, request).catch(() => {});
    },
    close: () => stack.close(),
  };
  await onboardFleet(scene);
  await letWeeksGoBy(scene);
  return scene;
}

const OVER_HTTPS = { iam: 'keycloak', via: 'https' } as const;
const FLEET: readonly Customer[] = [
  { id: 'acme-prod', realm: 'acmeprod', overlap: true, ...OVER_HTTPS },
  { id: 'acme-test', realm: 'acmetest', overlap: true, ...OVER_HTTPS },
  { id: 'globex-prod', realm: 'globexprod', overlap: false, ...OVER_HTTPS },
  { id: 'globex-test', realm: 'globextest', overlap: false, ...OVER_HTTPS },
  { id: 'initech-prod', realm: 'initechprod', overlap: true, ...OVER_HTTPS },
  { id: 'umbrella-prod', realm: 'umbrellaprod', overlap: false, iam: 'manual', via: 'manual' },
  { id: 'wayne-prod', realm: 'wayneprod', overlap: true, ...OVER_HTTPS },
];

/** What differs from the settings that the demonstration gives a customer. */
const CHANGES: Readonly<Record<string, (credential: Credential) => object>> = {
  'acme-prod': () => ({ schedule: { ...WEEKLY, expression: 'cron(0 3 * * ? *)' }, grace: 'P3D' }),
  'acme-test': ({ connectors }) => ({ schedule: WEEKLY, grace: 'P7D', connectors: [...connectors, BY_HAND] }),
  'globex-prod': () => ({ schedule: { ...WEEKLY, expression: 'cron(30 2 1 * ? *)', timezone: 'America/New_York' } }),
  'globex-test': () => ({ schedule: { ...WEEKLY, state: 'DISABLED' } }),
  'initech-prod': () => ({ schedule: { ...WEEKLY, expression: 'rate(30 days)' }, maxAge: 'P1D' }),
  'wayne-prod': () => ({ schedule: WEEKLY }),
};

async function onboardFleet({ stack }: Scene): Promise<void> {
  for (const customer of FLEET) {
    const credential = await onboard(stack, customer, { connectorToken: TOKEN, grace: 'P1D', everyMinutes: 1440 });
    const change = CHANGES[customer.id] ?? (() => ({}));
    // Nothing runs by schedule: the scene is the same each time.
    const first = new Date(Date.now() + 3650 * DAY_MS);
    await scheduleFrom(stack, { ...credential, ...change(credential) } as Credential, first);
  }
}

async function letWeeksGoBy(scene: Scene): Promise<void> {
  const { rotate, pass } = scene;
  await rotate('initech-prod', { reason: 'first run' });
  await rotate('acme-prod', { reason: 'first run' });
  pass(7 * DAY_MS);
  await rotate('acme-prod', { reason: 'CHG-1042: yearly review' });
  pass(4 * DAY_MS);
  await retired(scene, 'acme-prod');
  pass(3 * DAY_MS);
  for (const id of ['acme-test', 'globex-prod', 'globex-test']) await rotate(id, { reason: 'first run' });
  await submit(scene, 'umbrella-prod');
  await rotate('umbrella-prod', { reason: 'first run', attended: true });
  await rotate('globex-test', { reason: 'CHG-1050' });
  await rotate('acme-prod', { reason: 'a laptop was lost' });
  await rotate('acme-test', { reason: 'CHG-1051: new operator' });
  takeSectionsAway(scene, 'globex-prod');
  await rotate('globex-prod', { reason: 'quarterly' });
  pass(1.5 * DAY_MS);
}

/** Somebody enters another client in a connector: no section of it is ours any more. */
function takeSectionsAway({ stack: { connector, iamUrl } }: Scene, id: string): void {
  const settings = { accessTokenUrl: `${iamUrl}/auth/realms/other/protocol/openid-connect/token`, scope: 'openid' };
  connector.configure(id, configurationOf(settings, 'another-secret'));
}

/** Waits until the grace's end is in the history. */
async function retired({ stack }: Scene, id: string): Promise<void> {
  const isRetired = async () => (await lookAt(stack.apiUrl, id)).lastRun?.outcome === 'retired';
  while (!(await isRetired())) await sleep(50);
}

/** What a person does first: hands the secret over. */
async function submit({ stack }: Scene, id: string): Promise<void> {
  const realm = FLEET.find((one) => one.id === id)?.realm ?? '';
  const SecretString = JSON.stringify({ clientSecret: secretInIam(stack, { realm }) });
  await stack.secretsManager.send(new PutSecretValueCommand({ SecretId: `${stack.prefix}-inbox/${id}`, SecretString }));
}
