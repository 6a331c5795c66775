import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Check } from '../../cli/iam/verify/checks.ts';
import { sentInClear } from '../../functions/adapters/http/fetch.ts';
import { keycloak } from '../../functions/adapters/keycloak/keycloak.ts';
import { accessSecrets } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import type { CreatedClient } from '../../local/real-stack/keycloak/clients.ts';
import { releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { createUser } from '../../local/real-stack/ministack/users.ts';
import { csr, transcript } from '../cli/support/csr.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { ADMINISTRATOR, createTestRealm, PASSWORD, type TestRealm } from './iam/prepared-realm.ts';

const PREFIX = 'csr-iam';
const ROTATOR = 'flow-secret-rotator';
const CLIENT_ID = 'NC_Flow_ClientCredentials';
const OTHER = 'Billing';

interface Prepared {
  readonly applied: number;
  readonly steps: number;
  readonly version: string;
  readonly parts: readonly { readonly part: string; readonly action: string }[];
  readonly manual: readonly { readonly what: string; readonly needed: boolean }[];
}

interface Verified {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

describeReal('csr iam, on a real realm', ['keycloak', 'ministack'], () => {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}-`));
  const release = releaseOf(realStack().keycloak.version);
  /** Before 26.2 nothing is narrower than all clients, and the administrator has to say so. */
  const wide = release.fineGrained ? [] : ['--manage-clients'];
  /** Permissions for single clients came with 26.2: an older release has nothing to show here. */
  const itFrom262 = release.fineGrained ? it : it.skip;
  let admin: KeycloakAdmin;
  let secretsManager: SecretsManagerClient;
  let env: Record<string, string>;
  const realms: TestRealm[] = [];
  beforeAll(async () => {
    const { keycloak: access, ministack } = realStack();
    admin = keycloakAdmin(access);
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const credentials = await createUser(ministack.url, { name: `${PREFIX}-operator`, policy });
    secretsManager = new SecretsManagerClient({ region: REGION, endpoint: ministack.url, credentials });
    env = {
      AWS_ENDPOINT_URL: ministack.url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: REGION,
      CSR_PREFIX: PREFIX,
    };
  });
  afterAll(async () => {
    for (const { realm } of realms) await admin.deleteRealm(realm);
    secretsManager?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  const newRealm = async (name: string) => {
    const made = await createTestRealm(admin, realStack().keycloak.url, name);
    realms.push(made);
    return made;
  };
  const ofRealm = ({ adminUrl, realm }: TestRealm) =>
    ['--admin-url', adminUrl, '--client', CLIENT_ID, '--secret-id', `${PREFIX}-access/${realm}/iam`] as const;
  const asAdministrator = ['--admin-user', ADMINISTRATOR] as const;
  const run = (realm: TestRealm, command: string, ...more: readonly string[]) => {
    const admins = command === 'verify' ? [] : asAdministrator;
    return csr(['iam', command, ...ofRealm(realm), ...admins, ...more], { env, input: `${PASSWORD}\n` });
  };
  const prepare = async (realm: TestRealm, ...more: readonly string[]) => {
    const ended = await run(realm, 'prepare', '--json', ...wide, ...more);
    return { ...ended, value: ended.json<Prepared>() };
  };
  const verify = async (realm: TestRealm, ...more: readonly string[]) => {
    const ended = await run(realm, 'verify', '--json', ...wide, ...more);
    return { ...ended, value: ended.json<Verified>() };
  };
  const wrongs = ({ value }: { value: Verified }) =>
    value.checks.filter(({ result }) => !['ok', 'accepted', 'not-tried'].includes(result));
  const stored = async ({ realm }: TestRealm): Promise<string> => {
    const name = `${PREFIX}-access/${realm}/iam`;
    const { SecretString = '{}' } = await secretsManager.send(new GetSecretValueCommand({ SecretId: name }));
    return (JSON.parse(SecretString) as { clientSecret: string }).clientSecret;
  };
  const accepted = async ({ realmUrl }: TestRealm, secret: string) =>
    (await requestToken(realmUrl, { clientId: CLIENT_ID, secret })).status === 200;

  describe('a fresh realm', () => {
    let realm: TestRealm;
    let client: CreatedClient;
    let other: CreatedClient;
    let before: Record<string, unknown>;
    const all = release.fineGrained
      ? ['rotator', 'access-secret', 'role', 'permissions-switch', 'user-policy', 'permission']
      : ['rotator', 'access-secret', 'role'];
    const marker = release.attributeCondition ? [] : ['marker-role'];
    const expected = [...all, ...marker, 'overlap-profile', 'overlap-policy'];
    beforeAll(async () => {
      realm = await newRealm('iam-fresh');
      client = await admin.createClient(realm.realm, { clientId: CLIENT_ID });
      other = await admin.createClient(realm.realm, { clientId: OTHER });
      const profile = { name: 'of-others', description: 'theirs', executors: [] };
      await admin.api.clientPolicies.createProfiles({ realm: realm.realm, profiles: [profile] });
      const policy = { name: 'of-others', enabled: false, profiles: ['of-others'], conditions: [] };
      await admin.api.clientPolicies.updatePolicy({ realm: realm.realm, policies: [policy] });
      before = await realm.snapshot();
    });

    it('prepare --plan: shows every part, and changes nothing', async () => {
      const { exit, value } = await prepare(realm, '--plan');
      expect([exit, value.applied, value.version]).toEqual([0, 0, release.version]);
      expect(value.parts.map(({ part, action }) => [part, action])).toEqual(expected.map((part) => [part, 'create']));
      expect(value.manual).toEqual([]);
      expect(await realm.snapshot()).toEqual(before);
    });

    it('prepare: wants a confirmation where nobody can give one', async () => {
      const { exit, stderr } = await run(realm, 'prepare', ...wide);
      expect([exit, stderr]).toEqual([2, expect.stringContaining('--plan')]);
      expect(await realm.snapshot()).toEqual(before);
    });

    it('prepare --yes: carries the plan out, tells it, and stores a secret that it shows to nobody', async () => {
      const { exit, stdout, stderr } = await run(realm, 'prepare', '--yes', ...wide);
      expect([exit, stdout]).toEqual([0, expect.stringMatching(/\d+ done\. Next: csr iam verify /)]);
      expect(stderr).toMatch(/create +the rotator's client/);
      expect(stdout).not.toMatch(/^create/m);
      const secret = await stored(realm);
      expect((await requestToken(realm.realmUrl, { clientId: ROTATOR, secret })).status).toBe(200);
      const { profiles, policies } = (await realm.snapshot()) as unknown as Lists;
      expect(profiles.profiles).toContainEqual(expect.objectContaining({ name: 'of-others', description: 'theirs' }));
      expect(policies.policies).toContainEqual(expect.objectContaining({ name: 'of-others', enabled: false }));
    });

    it('prepare, again: finds nothing to do', async () => {
      const is = await realm.snapshot();
      const { exit, value } = await prepare(realm, '--yes');
      expect([exit, value.applied, value.steps]).toEqual([0, 0, 0]);
      expect(value.parts.map(({ action }) => action)).toEqual(expected.map(() => 'none'));
      expect(await realm.snapshot()).toEqual(is);
    });

    it('verify: proves what the rotator can do, and that its neighbours are refused', async () => {
      const ended = await verify(realm, ...(release.fineGrained ? ['--neighbour', other.uuid] : []));
      expect(wrongs(ended)).toEqual([]);
      expect(ended.exit).toBe(0);
      const { checks } = ended.value;
      const of = (on: string, what: string) => checks.find((one) => one.on === on && one.what === what)?.result;
      expect(
        ['read it and its secret', 'set its secret', 'keep its previous secret'].map((what) => of(CLIENT_ID, what)),
      ).toEqual(['ok', 'ok', 'ok']);
      expect(of('other clients', 'list them')).toBe(release.fineGrained ? 'ok' : 'accepted');
      expect((await admin.readClient(realm.realm, client.uuid)).secret).toBe(client.secret);
    });

    it('a rotator that was prepared rotates with overlap, and is refused another client', async () => {
      const now = () => new Date();
      const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
      const secretId = `${PREFIX}-access/${realm.realm}/iam`;
      const accessTokenUrl = `${realm.realmUrl}/protocol/openid-connect/token`;
      const iam = keycloak(
        {
          accessTokenUrl,
          iam: {
            type: 'keycloak',
            renewal: 'set',
            firstRun: 'adopt',
            adminUrl: realm.adminUrl,
            auth: { clientId: ROTATOR, secretId },
          },
        },
        {
          fetch: (url, init) => fetch(url, sentInClear(init)),
          sleep,
          now,
          newId: randomUUID,
          accessSecrets: accessSecrets(secretsManager),
          signer: { sign: () => Promise.reject(new Error('it has a secret')) },
        },
      );
      const found = await iam.find(CLIENT_ID);
      const previous = { secret: found.secret, validUntil: new Date(Date.now() + 3_600_000) };
      await iam.setSecret(found, { secret: new Secret('a-secret-that-was-rotated-to'), previous });
      expect([await accepted(realm, 'a-secret-that-was-rotated-to'), await accepted(realm, client.secret)]).toEqual([
        true,
        true,
      ]);
      const again = await iam.find(CLIENT_ID);
      await iam.setSecret(again, { secret: new Secret(client.secret) });
      expect(await accepted(realm, 'a-secret-that-was-rotated-to')).toBe(false);
      const status = await realm.statusAs({ clientId: ROTATOR, secret: await stored(realm) }, `/clients/${other.uuid}`);
      expect(status).toBe(release.fineGrained ? 403 : 200);
    });

    it('verify: finds a rotator that may do too much', async () => {
      const give = await roleOf(admin, realm.realm, release.fineGrained ? 'manage-clients' : 'manage-users');
      await admin.api.users.addClientRoleMappings(give);
      const ended = await verify(realm);
      expect(ended.exit).toBe(1);
      const areas = new Set(wrongs(ended).map(({ on, result }) => `${on}: ${result}`));
      expect(areas).toContain(release.fineGrained ? 'other clients: too-much' : 'users: too-much');
      expect([...areas].every((one) => one.endsWith(': too-much'))).toBe(true);
      await admin.api.users.delClientRoleMappings(give);
      expect((await verify(realm)).exit).toBe(0);
    });

    it('verify: finds a rotator that may do too little', async () => {
      const take = await roleOf(admin, realm.realm, release.fineGrained ? 'query-clients' : 'manage-clients');
      await admin.api.users.delClientRoleMappings(take);
      const ended = await verify(realm);
      expect(ended.exit).toBe(1);
      expect(wrongs(ended)).toContainEqual(expect.objectContaining({ on: CLIENT_ID, result: 'missing' }));
      const repaired = await prepare(realm, '--yes');
      expect([repaired.exit, repaired.value.applied]).toEqual([0, 1]);
      expect((await verify(realm)).exit).toBe(0);
    });

    it('undo --plan: changes nothing', async () => {
      const is = await realm.snapshot();
      const { exit, stdout } = await run(realm, 'undo', '--plan');
      expect([exit, stdout]).toEqual([0, expect.stringContaining('Nothing was changed')]);
      expect(await realm.snapshot()).toEqual(is);
    });

    it('undo: leaves the realm as it was', async () => {
      const { exit, stdout } = await run(realm, 'undo', '--yes');
      expect([exit, stdout]).toEqual([0, expect.stringMatching(/\d removed\./)]);
      const after = await realm.snapshot();
      expect(unrotated(after)).toEqual(unrotated(before));
      const again = await run(realm, 'undo', '--yes');
      expect([again.exit, again.stdout]).toEqual([0, expect.stringContaining('Nothing in the realm')]);
    });
  });

  it('prepare --jwks: makes a rotator without any secret', async () => {
    const realm = await newRealm('iam-keys');
    const client = await admin.createClient(realm.realm, { clientId: CLIENT_ID });
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const file = join(folder, 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] }));
    const { exit, value } = await prepare(realm, '--yes', '--jwks', file);
    expect([exit, value.parts.map(({ part }) => part)]).toEqual([0, expect.not.arrayContaining(['access-secret'])]);
    expect((await prepare(realm, '--yes', '--jwks', file)).value.applied).toBe(0);
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(ROTATOR)
      .setSubject(ROTATOR)
      .setAudience(realm.realmUrl)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('30s')
      .sign(privateKey);
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    const answer = await fetch(`${realm.realmUrl}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${realm.adminUrl}/clients/${client.uuid}`, { headers })).status).toBe(200);
    expect(JSON.stringify(await realm.snapshot())).not.toContain('"d":');
  });

  itFrom262('prepare, from 26.2 on: follows the list of clients, both ways', async () => {
    const realm = await newRealm('iam-list');
    await admin.createClient(realm.realm, { clientId: CLIENT_ID });
    const other = await admin.createClient(realm.realm, { clientId: OTHER });
    await prepare(realm, '--yes');
    const may = async () =>
      (await realm.statusAs({ clientId: ROTATOR, secret: await stored(realm) }, `/clients/${other.uuid}`)) === 200;
    expect(await may()).toBe(false);
    expect((await prepare(realm, '--yes', '--client', OTHER)).value.applied).toBe(1);
    expect(await may()).toBe(true);
    expect((await prepare(realm, '--yes')).value.applied).toBe(1);
    expect(await may()).toBe(false);
  });

  it('prepare: makes a rotator anew that somebody has deleted', async () => {
    const realm = await newRealm('iam-anew');
    await admin.createClient(realm.realm, { clientId: CLIENT_ID });
    await prepare(realm, '--yes');
    const [rotator] = await admin.api.clients.find({ realm: realm.realm, clientId: ROTATOR });
    await admin.api.clients.del({ realm: realm.realm, id: rotator?.id ?? '' });
    const { exit, value } = await prepare(realm, '--yes');
    expect([exit, value.manual, value.steps]).toEqual([0, [], 0]);
    expect((await verify(realm)).exit).toBe(0);
  });

  itFrom262('prepare, from 26.2 on: never takes a permission from others, and says what to do by hand', async () => {
    const realm = await newRealm('iam-others');
    const client = await admin.createClient(realm.realm, { clientId: CLIENT_ID });
    const other = await admin.createClient(realm.realm, { clientId: OTHER });
    // An administrator of others, who may view and manage every client of the realm.
    const theirs = await admin.createRotator(realm.realm, { clientId: 'their-admin', clients: [] });
    const mayTheirs = () =>
      realm.statusAs({ clientId: 'their-admin', secret: theirs.secret }, `/clients/${client.uuid}`);
    expect(await mayTheirs()).toBe(200);
    const { exit, value } = await prepare(realm, '--yes');
    expect([exit, value.manual]).toEqual([
      3,
      [expect.objectContaining({ needed: true, what: expect.stringContaining('their-admin-clients') })],
    ]);
    expect(await mayTheirs()).toBe(200);
    await makeByHand(admin, realm.realm, client.uuid);
    const byHand = await prepare(realm, '--yes');
    expect([byHand.exit, byHand.value.applied, byHand.value.manual]).toEqual([0, 0, []]);
    expect(await mayTheirs()).toBe(200);
    expect(wrongs(await verify(realm, '--neighbour', other.uuid))).toEqual([]);
    const undone = await run(realm, 'undo', '--yes', '--json');
    expect(undone.exit).toBe(0);
    expect(undone.json<{ parts: object[] }>().parts).toContainEqual(
      expect.objectContaining({ part: 'user-policy', action: 'keep' }),
    );
    expect(await mayTheirs()).toBe(200);
  });

  it('prepare: says that a client is missing, and which release can do less', async () => {
    const realm = await newRealm('iam-lacking');
    const ended = await run(realm, 'prepare', '--yes');
    expect([ended.exit, ended.stdout]).toEqual([3, expect.stringMatching(/By hand: The realm has no client NC_Flow/)]);
    if (!release.fineGrained)
      expect(ended.stdout).toMatch(/can't limit a client to some clients[\s\S]*--manage-clients/);
    const wrong = await csr(['iam', 'prepare', ...ofRealm(realm), '--admin-user', ADMINISTRATOR, '--yes'], {
      env,
      input: 'x',
    });
    expect([wrong.exit, wrong.stderr]).toEqual([1, expect.stringMatching(/refuses the administrator \(HTTP 40[01]\)/)]);
  });

  it('no command has shown a secret', async () => {
    const told = transcript.join('\n');
    expect(told).not.toContain(PASSWORD);
    const secrets = await Promise.all(realms.map((one) => stored(one).catch(() => undefined)));
    const known = secrets.filter((one): one is string => one !== undefined);
    expect(known.length).toBeGreaterThan(0);
    expect(known.filter((one) => told.includes(one))).toEqual([]);
  });
});

interface Lists {
  readonly profiles: { readonly profiles: readonly object[] };
  readonly policies: { readonly policies: readonly object[] };
}

/** What a rotation writes into its client is the rotation's, and not the preparation's. */
function unrotated(snapshot: Record<string, unknown>): unknown {
  const clients = snapshot.clients as { clientId: string; attributes: Record<string, string> }[];
  const strip = (attributes: Record<string, string>) =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => !/^(novacura\.|client\.secret\.)/.test(name)));
  return { ...snapshot, clients: clients.map((one) => ({ ...one, attributes: strip(one.attributes) })) };
}

/** A role of `realm-management`, to be given to the rotator or taken from it. */
async function roleOf({ api }: KeycloakAdmin, realm: string, name: string) {
  const [rotator] = await api.clients.find({ realm, clientId: ROTATOR });
  const [management] = await api.clients.find({ realm, clientId: 'realm-management' });
  const clientUniqueId = management?.id ?? '';
  const user = await api.clients.getServiceAccountUser({ realm, id: rotator?.id ?? '' });
  const role = await api.clients.findRole({ realm, id: clientUniqueId, roleName: name });
  return { realm, id: user.id ?? '', clientUniqueId, roles: [{ id: role?.id ?? '', name }] };
}

/** What the manual steps say: one permission for the client, to which the rotator and whoever had it before may each say yes. */
async function makeByHand({ api }: KeycloakAdmin, realm: string, client: string): Promise<void> {
  const [kept] = await api.clients.find({ realm, clientId: 'admin-permissions' });
  const id = kept?.id ?? '';
  const policies = await api.clients.listPolicies({ realm, id, permission: 'false', max: 100 });
  const users = [policies || []].flat().flatMap((one) => (one.type === 'user' ? (one.id ?? []) : []));
  const either = await api.clients.createPolicy(
    { realm, id, type: 'aggregate' },
    { name: 'either', policies: users, decisionStrategy: 'AFFIRMATIVE' as never },
  );
  await api.clients.createPermission(
    { realm, id, type: 'scope' },
    {
      name: 'by-hand',
      resourceType: 'Clients',
      resources: [client],
      scopes: ['view', 'manage'],
      policies: [either.id ?? ''],
    },
  );
}
