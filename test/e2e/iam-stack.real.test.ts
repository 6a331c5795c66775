import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paginateListSecrets } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Check } from '../../cli/iam/verify/checks.ts';
import { releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { csr } from '../cli/support/csr.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { ADMINISTRATOR, addAdministrator, PASSWORD } from './iam/prepared-realm.ts';
import { type Cast, ROTATOR, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-iam-stack';
const [SECRET, KEY, SCHEDULED] = ['acme-prod', 'globex-prod', 'globex-test'] as const;
const KEYED = { strategy: 'dual-secret', proof: { kmsKeyId: `alias/${PREFIX}-signer` } };
const CAST = [
  { id: SECRET, strategy: 'dual-secret' },
  { id: KEY, ...KEYED },
  { id: SCHEDULED, ...KEYED, schedule: { expression: 'rate(1 minute)' } },
];
/** A customer whose rotator rotates its own secret, too. */
const [OWN, ROTATING] = ['initech-prod', 'initech-rotator'] as const;
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 30, http: 5 });

describeReal('csr iam, for credentials of the deployed fleet', ['keycloak', 'ministack'], () => {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}-`));
  const fleet = join(folder, 'fleet.json');
  const wide = releaseOf(realStack().keycloak.version).fineGrained ? [] : ['--manage-clients'];
  let stage: Stage;
  /** Keycloak's ids of clients that no rotator is for, by credential. */
  const strangers = new Map<string, string>();
  beforeAll(async () => {
    stage = await setStage(PREFIX, [...CAST, ...ownCast()], { timeouts: TIMEOUTS });
    writeFileSync(fleet, JSON.stringify({ credentials: [...stage.credentials.values()] }));
    for (const id of [...CAST.map((one) => one.id), OWN]) {
      const realm = realmOf(id);
      await unprepare(stage, realm);
      await addAdministrator(stage.keycloak, realm);
      strangers.set(id, (await stage.keycloak.createClient(realm, { clientId: 'NC_Other' })).uuid);
    }
  });
  afterAll(async () => {
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const realmOf = (id: string) => stage.provisioned.get(id)?.realm ?? '';
  const run = (id: string, command: string, ...more: readonly string[]) => {
    const { accessKeyId, secretAccessKey } = stage.aws.credentials;
    const env = {
      AWS_ENDPOINT_URL: stage.aws.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: REGION,
      CSR_PREFIX: PREFIX,
    };
    const which = ['--id', id, '--fleet', fleet, '-c', 'local=true', '--json'];
    return csr(['iam', command, ...which, ...more], { env, input: `${PASSWORD}\n` });
  };
  const wrongs = async (id: string) => {
    const ended = await run(id, 'verify', ...wide, '--neighbour', strangers.get(id) ?? '');
    const { checks } = ended.json<{ checks: Check[] }>();
    return {
      exit: ended.exit,
      on: checks.filter(({ result }) => ['missing', 'unclear', 'too-much'].includes(result)),
      checks,
    };
  };

  describe.each([
    ['a secret', SECRET],
    ['a key of KMS', KEY],
  ])('with %s', (_, id) => {
    it('verify: finds that there is no rotator yet', async () => {
      const { exit, on } = await wrongs(id);
      expect([exit, on]).toEqual([1, [expect.objectContaining({ what: 'sign in', result: 'missing' })]]);
    });

    it('prepare: sets up what the fleet file says', async () => {
      const { exit, stdout, stderr } = await run(id, 'prepare', '--admin-user', ADMINISTRATOR, '--yes', ...wide);
      expect([exit, stderr]).toEqual([0, expect.stringContaining('create')]);
      expect(JSON.parse(stdout)).toMatchObject({ credentials: [id], steps: 0, manual: [] });
      expect(await wrongs(id)).toMatchObject({ exit: 0, on: [] });
    });

    it('the deployed functions rotate with it, and keep the previous secret', async () => {
      const first = await stage.rotate(id);
      expect(first.outcome).toBe('adopted');
      const second = await stage.rotate(id);
      expect([second.outcome, second.strategy]).toEqual(['rotated', 'dual-secret']);
      expect(second.previousValidUntil).not.toBeNull();
      await stage.agreed(id);
    });

    it('verify: writes nothing while a previous secret is valid', async () => {
      const { exit, checks } = await wrongs(id);
      const set = checks.find(({ what }) => what === 'set its secret');
      expect([exit, set]).toEqual([0, expect.objectContaining({ result: 'not-tried' })]);
      await stage.agreed(id);
    });
  });

  it('a rotator that rotates its own secret, too, is prepared and verified as both, and rotates both', async () => {
    const prepared = await run(ROTATING, 'prepare', '--admin-user', ADMINISTRATOR, '--yes', ...wide);
    expect([prepared.exit, prepared.json()]).toEqual([
      0,
      expect.objectContaining({ credentials: [OWN, ROTATING], steps: 0, manual: [] }),
    ]);
    const { exit, on, checks } = await wrongs(OWN);
    expect([exit, on]).toEqual([0, []]);
    expect(checks.filter((one) => one.on === ROTATOR).map(({ what, result }) => [what, result])).toEqual(
      ['sign in', 'read it and its secret', 'set its secret', 'keep its previous secret'].map((what) => [what, 'ok']),
    );
    for (const id of [OWN, ROTATING]) expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
    for (const id of [ROTATING, OWN])
      expect(await stage.rotate(id)).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    await stage.agreed(OWN);
  });

  it('a rotator that signs with a key rotates when the schedule fires, too', async () => {
    const prepared = await run(SCHEDULED, 'prepare', '--admin-user', ADMINISTRATOR, '--yes', ...wide);
    expect(prepared.exit).toBe(0);
    const first = stage.provisioned.get(SCHEDULED)?.clientSecret;
    const scheduled = (text: string) =>
      text.includes('"trigger":"schedule"') && text.includes('"outcome":"rotated"') && text.includes(SCHEDULED);
    while (!(await stage.logs('rotate')).some(scheduled)) {
      await stage.pass(SCHEDULED, LEASE_MS);
      await sleep(2000);
    }
    expect((await stage.document(SCHEDULED)).clientSecret).not.toBe(first);
  });

  it.each([KEY, SCHEDULED])('no secret of the rotator of %s is anywhere', async (id) => {
    const [rotator] = await stage.keycloak.api.clients.find({ realm: realmOf(id), clientId: ROTATOR });
    expect(rotator?.clientAuthenticatorType).toBe('client-jwt');
    const secret = rotator?.secret ?? '';
    const realmUrl = `${realStack().keycloak.url}/realms/${realmOf(id)}`;
    expect((await requestToken(realmUrl, { clientId: ROTATOR, secret })).status).not.toBe(200);
    const names: string[] = [];
    for await (const { SecretList = [] } of paginateListSecrets({ client: stage.secretsManager }, {}))
      names.push(...SecretList.map(({ Name = '' }) => Name));
    expect(names.filter((name) => name.startsWith(`${PREFIX}-access/${id}/`))).toEqual([]);
  });
});

/** Flow's client, and the rotator's own in the same realm. */
function ownCast(): Cast[] {
  const secretId = `${PREFIX}-access/shared/initech-iam`;
  const { url } = realStack().keycloak;
  const realm = `${PREFIX}-${OWN}`;
  return [
    { id: OWN, strategy: 'dual-secret', proof: { secretId } },
    {
      id: ROTATING,
      strategy: 'dual-secret',
      accessTokenUrl: `${url}/realms/${realm}/protocol/openid-connect/token`,
      clientId: ROTATOR,
      iam: { adminUrl: `${url}/admin/realms/${realm}`, auth: { clientId: ROTATOR, secretId } },
      connectors: [{ name: 'the rotator', via: 'access-secret', secretId }],
    },
  ];
}

/** Takes away what the stage has made for its rotator. */
async function unprepare({ keycloak: admin }: Stage, realm: string): Promise<void> {
  const { api } = admin;
  await admin.removeOverlapPolicy(realm);
  const [kept] = await api.clients.find({ realm, clientId: 'admin-permissions' });
  if (kept?.id) {
    const id = kept.id;
    const list = [(await api.clients.listPolicies({ realm, id, max: 100 })) || []].flat();
    for (const { id: policyId = '' } of list) await api.clients.delPolicy({ realm, id, policyId });
  }
  const [rotator] = await api.clients.find({ realm, clientId: ROTATOR });
  await api.clients.del({ realm, id: rotator?.id ?? '' });
}
