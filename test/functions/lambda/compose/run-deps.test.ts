import type { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { accessSecrets } from '../../../../functions/adapters/secrets-manager/access-secrets.ts';
import { runDeps } from '../../../../functions/lambda/compose/run-deps.ts';
import { CLIENT_ID, createWorld } from '../../../support/world.ts';

const TIMING = { httpTimeoutMs: 10_000, leaseMs: 70_000 };

/** A run that has so much time left, and how long each of its calls to Secrets Manager may wait. */
function bench(remainingMs: number, settings: Record<string, unknown> = {}) {
  const { world, credential } = createWorld({ settings });
  const waits: [secret: string, ms: number | undefined][] = [];
  const remembered = new Map<string, unknown>();
  const send = (command: GetSecretValueCommand, options?: { requestTimeout?: number }) => {
    waits.push([command.input.SecretId ?? '', options?.requestTimeout]);
    return world.secretsManager.send(command, options);
  };
  const own = {
    ...world,
    secretsManager: { send } as unknown as SecretsManagerClient,
    accessSecrets: ((client, patience) => accessSecrets(client, { ...patience, remembered })) as typeof accessSecrets,
  };
  const deps = () =>
    runDeps(credential, { prefix: 'csr', timing: TIMING }, { world: own, remainingMs: () => remainingMs });
  return { deps, waits };
}

describe('what a run reads in Secrets Manager beside its own secret', () => {
  it('is an access secret, for which it waits no longer than it has time', async () => {
    for (const remainingMs of [600_000, 8000]) {
      const { deps, waits } = bench(remainingMs);
      await deps().ports.iam.find(CLIENT_ID);
      const [[secret, waitMs] = []] = waits;
      expect(secret).toMatch(/^csr-access\//);
      // A fifth of the timeout is kept for the end of the run, and the SDK tries three times.
      expect(waitMs).toBe(remainingMs === 8000 ? 2000 : 10_000);
    }
  });

  it('is an inbox, for which it waits no longer than it has time', async () => {
    const { deps, waits } = bench(8000, { iam: { type: 'manual', owner: 'IFS administrator' } });
    await deps().ports.inbox?.read();
    expect(waits).toEqual([['csr-inbox/acme-prod', 2000]]);
  });

  it('is an access secret that an earlier run of the same function has read: not again', async () => {
    const { deps, waits } = bench(600_000);
    for (let run = 0; run < 2; run++) await deps().ports.iam.find(CLIENT_ID);
    expect(waits.filter(([secret]) => secret.startsWith('csr-access/'))).toHaveLength(1);
  });
});

describe('what was seen of the secret as its settings were read', () => {
  const overview = { changedAt: new Date('2026-03-01T02:00:00Z'), labelled: [] };

  it('is not asked for again as a run begins, and is later', async () => {
    const { world, credential } = createWorld();
    const asked: string[] = [];
    const secretsManager = {
      send: async (command: object) => {
        asked.push(command.constructor.name);
        return {};
      },
    } as unknown as SecretsManagerClient;
    const around = { world: { ...world, secretsManager }, remainingMs: () => 600_000 };
    const storeOf = (more: object) =>
      runDeps(credential, { prefix: 'csr', timing: TIMING }, { ...around, ...more }).ports.store;

    const store = storeOf({ overview });
    expect(await store.describe()).toBe(overview);
    expect(asked).toEqual([]);
    expect(await store.describe()).not.toBe(overview);
    await storeOf({}).describe();
    expect(asked).toEqual(['DescribeSecretCommand', 'DescribeSecretCommand']);
  });
});
