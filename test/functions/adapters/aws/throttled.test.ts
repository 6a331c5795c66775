import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { accessSecrets } from '../../../../functions/adapters/secrets-manager/access-secrets.ts';
import { secretsManagerStore } from '../../../../functions/adapters/secrets-manager/store.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';

const ID = 'csr/acme-prod';

const throttled = () => Response.json({ __type: 'ThrottlingException', message: 'Rate exceeded' }, { status: 400 });
const broken = () => Response.json({ __type: 'InternalServiceError' }, { status: 500 });
const lost = () => {
  throw Object.assign(new Error('reset'), { name: 'TimeoutError' });
};
const fine = () =>
  Response.json({ Name: ID, VersionId: 'x'.repeat(32), VersionStages: ['AWSPENDING'], SecretString: '{"token":"t"}' });

/** The real SDK, which tries as often as it is told, without a pause; Secrets Manager answers one after another, the last for ever. */
function bench(sdkTries: number, ...answers: (() => Response)[]) {
  let sent = 0;
  const slept: number[] = [];
  const client = new SecretsManagerClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
    endpoint: 'https://secretsmanager.example.com',
    retryStrategy: impatient(sdkTries),
    requestHandler: inProcess(async () => (answers[Math.min(sent++, answers.length - 1)] ?? fine)()),
  });
  const patience = { sleep: async (ms: number) => void slept.push(ms) };
  return { client, patience, slept, sent: () => sent, port: secretsManagerStore(client, ID, patience) };
}

function impatient(tries: number) {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    mode: 'standard',
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (before: { getRetryCount(): number }) => {
      if (before.getRetryCount() + 1 >= tries) throw new Error('enough');
      return token(before.getRetryCount() + 1);
    },
    recordSuccess: () => undefined,
  };
}

const put = ({ port }: ReturnType<typeof bench>) =>
  port.put({ id: 'x'.repeat(32), value: new Secret('v'), stage: 'AWSPENDING' });

describe('a throttled call', () => {
  it('is sent again after pauses that grow', async () => {
    const made = bench(1, throttled, throttled, fine);
    expect(await put(made)).toEqual({ labelled: true });
    const [first = 0, second = 0] = made.slept;
    expect([made.slept.length, made.sent()]).toEqual([2, 3]);
    expect([first >= 200 && first <= 600, second >= 400 && second <= 1200]).toEqual([true, true]);
  });

  it('that stays throttled is a certain refusal, after three tries of ours with three of the SDK each', async () => {
    for (const [sdkTries, sent] of [
      [1, 3],
      [3, 9],
    ] as const) {
      const made = bench(sdkTries, throttled);
      await expect(put(made)).rejects.toMatchObject({
        code: 'store-throttled',
        message: `Secrets Manager, ${ID}: too many calls`,
      });
      expect(made.sent()).toBe(sent);
    }
  });

  it.each([
    ['a lost answer', lost],
    ['a fault of the server', broken],
  ])('of which a try before ended in %s is uncertain: that one may have been carried out', async (_what, before) => {
    const made = bench(3, before, throttled);
    await expect(put(made)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect([made.sent(), made.slept]).toEqual([3, []]);
  });

  it('is borne with when access secrets are read, too', async () => {
    const { client, patience } = bench(1, throttled, throttled, fine);
    expect(await accessSecrets(client, patience).read('csr-access/x', 'token')).toEqual({ token: new Secret('t') });
    const hopeless = bench(1, throttled);
    await expect(accessSecrets(hopeless.client, hopeless.patience).read('csr-access/x', 'token')).rejects.toMatchObject(
      { code: 'store-throttled' },
    );
  });

  it('is borne with as long as the caller says', async () => {
    const { client, sent } = bench(1, throttled);
    const port = secretsManagerStore(client, ID, { sleep: async () => undefined, tries: 5 });
    await expect(port.versions()).rejects.toMatchObject({ code: 'store-throttled' });
    expect(sent()).toBe(5);
  });

  it('is no longer borne with where the end of the run needs the time, not even for the least tries', async () => {
    const { client, patience, slept } = bench(1, throttled);
    let leftMs = 700;
    const isOver = (ms: number) => {
      leftMs -= ms;
      return leftMs < 0;
    };
    const port = secretsManagerStore(client, ID, { ...patience, tries: 9, isOver });
    await expect(port.versions()).rejects.toMatchObject({ code: 'store-throttled' });
    expect(slept).toHaveLength(1);
  });

  it('is borne with for as long as there is time', async () => {
    const { client, sent } = bench(1, throttled);
    let leftMs = 20_000;
    const paused: number[] = [];
    const patience = {
      sleep: async (ms: number) => {
        leftMs -= ms;
        paused.push(ms);
      },
      mayWait: (ms: number) => leftMs >= ms,
    };
    await expect(secretsManagerStore(client, ID, patience).versions()).rejects.toMatchObject({
      code: 'store-throttled',
    });
    expect(sent()).toBe(paused.length + 1);
    expect(sent()).toBeGreaterThan(5);
    expect(Math.max(...paused)).toBeLessThanOrEqual(4800);
    expect(leftMs).toBeGreaterThanOrEqual(0);
    expect(leftMs).toBeLessThan(4800);
  });

  it('pauses differ from credential to credential, so that a herd spreads', async () => {
    const pauses = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { client, patience, slept } = bench(1, throttled, fine);
        await secretsManagerStore(client, `csr/credential-${index}`, patience).describe();
        return slept[0];
      }),
    );
    expect(new Set(pauses).size).toBeGreaterThan(15);
  });
});
