import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { changeSettings } from './settings.ts';
import { type Cast, ROTATOR, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-own';
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 30, http: 5 });

/** The access secret of the rotator of a customer's realm. */
const accessOf = (customer: string) => `${PREFIX}-access/shared/${customer}-iam`;

/** A customer: Flow's client, and the rotator's own in the same realm. */
function customer(name: string, own: object, settings: object = {}): Cast[] {
  const { url } = realStack().keycloak;
  const realm = `${PREFIX}-${name}-prod`;
  const secretId = accessOf(name);
  const auth = { clientId: ROTATOR, secretId };
  return [
    { id: `${name}-prod`, proof: { secretId }, ...settings },
    {
      id: `${name}-rotator`,
      accessTokenUrl: `${url}/realms/${realm}/protocol/openid-connect/token`,
      clientId: ROTATOR,
      iam: { adminUrl: `${url}/admin/realms/${realm}`, auth },
      connectors: [{ name: 'the rotator', via: 'access-secret', secretId }],
      ...own,
    },
  ];
}

describeReal("the rotator's own secret, deployed", ['keycloak', 'ministack'], () => {
  let stage: Stage;

  beforeAll(async () => {
    const everyMinute = { schedule: { expression: 'rate(1 minute)' } };
    stage = await setStage(
      PREFIX,
      [
        ...customer('acme', { strategy: 'dual-secret', grace: 'PT30S' }),
        ...customer('globex', { strategy: 'in-place', tags: { overlap: 'no' } }, { tags: { overlap: 'no' } }),
        ...customer('initech', { strategy: 'dual-secret', ...everyMinute }, everyMinute),
      ],
      { timeouts: TIMEOUTS },
    );
  });

  afterAll(async () => {
    await stage?.close();
  });

  async function stored(name: string): Promise<string> {
    const { SecretString = '{}' } = await stage.secretsManager.send(
      new GetSecretValueCommand({ SecretId: accessOf(name) }),
    );
    return JSON.parse(SecretString).clientSecret;
  }

  async function store(name: string, clientSecret: string): Promise<void> {
    const SecretString = JSON.stringify({ clientSecret });
    await stage.secretsManager.send(new PutSecretValueCommand({ SecretId: accessOf(name), SecretString }));
  }

  async function accepts(name: string, secret: string): Promise<boolean> {
    const url = `${realStack().keycloak.url}/realms/${PREFIX}-${name}-prod`;
    return (await requestToken(url, { clientId: ROTATOR, secret })).status === 200;
  }

  /** Rotates once every lease is over. */
  async function rotated(id: string): Promise<Rotation> {
    await stage.pass(id, LEASE_MS);
    return await stage.rotate(id);
  }

  it.each(['acme', 'globex'])('%s: adopts both, rotates its own, and then the other with the new one', async (name) => {
    const [prod, own] = [`${name}-prod`, `${name}-rotator`];
    for (const id of [prod, own]) expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
    const first = await stored(name);

    const rotation = await rotated(own);
    expect(rotation).not.toHaveProperty('code');
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: name === 'acme' ? 'dual-secret' : 'in-place' });
    const second = await stored(name);
    expect(second).not.toBe(first);
    expect((await stage.document(own)).clientSecret).toBe(second);
    expect([await accepts(name, first), await accepts(name, second)]).toEqual([name === 'acme', true]);

    const before = await stage.agreed(prod);
    expect(await rotated(prod)).toMatchObject({ outcome: 'rotated' });
    expect(await stage.agreed(prod)).not.toBe(before);
  });

  it('ends the former secret after grace, and goes on with the one that is stored', async () => {
    const retired = (text: string) => text.includes('"outcome":"retired"') && text.includes('acme-rotator');
    while (!(await stage.logs('retire')).some(retired)) {
      await stage.pass('acme-rotator', LEASE_MS);
      await sleep(2000);
    }
    const { SecretString = '{}' } = await stage.secretsManager.send(
      new GetSecretValueCommand({ SecretId: accessOf('acme'), VersionStage: 'AWSPREVIOUS' }),
    );
    const former = JSON.parse(SecretString).clientSecret;
    expect([await accepts('acme', former), await accepts('acme', await stored('acme'))]).toEqual([false, true]);
    expect(await rotated('acme-prod')).toMatchObject({ outcome: 'rotated' });
  });

  it('rotates both when their schedules fire', async () => {
    const first = await stored('initech');
    for (const id of ['initech-prod', 'initech-rotator']) await stage.rotate(id);
    const isRotated = (id: string) => (text: string) =>
      [`"${id}"`, '"trigger":"schedule"', '"outcome":"rotated"'].every((part) => text.includes(part));
    for (;;) {
      const lines = await stage.logs('rotate');
      const own = lines.findIndex(isRotated('initech-rotator'));
      // One of the other's comes after the first of the rotator's own.
      if (own >= 0 && lines.findLastIndex(isRotated('initech-prod')) > own) break;
      for (const id of ['initech-prod', 'initech-rotator']) await stage.pass(id, LEASE_MS);
      await sleep(2000);
    }
    const second = await stored('initech');
    expect([second !== first, await accepts('initech', second)]).toEqual([true, true]);
  });

  it('mends an access secret that somebody has spoilt', async () => {
    const good = await stored('globex');
    await store('globex', 'mistyped');
    await rotated('globex-rotator');
    const mended = await stored('globex');
    expect([await accepts('globex', 'mistyped'), await accepts('globex', mended)]).toEqual([false, true]);
    expect(await accepts('globex', good)).toBe(false);
    expect(await rotated('globex-prod')).toMatchObject({ outcome: 'rotated' });
  });

  it('may write no other access secret, whatever the settings say', async () => {
    const other = `${PREFIX}-access/shared/connector`;
    const value = async () =>
      (await stage.secretsManager.send(new GetSecretValueCommand({ SecretId: other }))).SecretString;
    const before = await value();
    await changeSettings(stage, 'acme-rotator', { writes: other });
    const answer = await rotated('acme-rotator');
    await changeSettings(stage, 'acme-rotator', { writes: accessOf('acme') });
    expect(answer).toMatchObject({ code: 'connector-behind', detail: expect.stringContaining('connector') });
    expect(await value()).toBe(before);
    expect(await rotated('acme-rotator')).toMatchObject({ outcome: 'rotated' });
  });
});
