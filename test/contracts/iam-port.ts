import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect } from '@jest/globals';
import { createFetch, type Fetch, restrictFetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import { keycloak } from '../../functions/adapters/keycloak/keycloak.ts';
import type { KeycloakCredential } from '../../functions/adapters/keycloak/sign-in.ts';
import { manualIam } from '../../functions/adapters/manual/manual-iam.ts';
import { tokenEndpoint } from '../../functions/adapters/token-endpoint/token-endpoint.ts';
import type { KeycloakSettings } from '../../functions/credential/settings/credential.ts';
import type { Signer } from '../../functions/ports/access/signer.ts';
import { OVERLAP_POLICY, OVERLAP_POLICY_BY_ROLE, OVERLAP_PROFILE } from '../../local/stand-ins/iam/overlap-policy.ts';
import { accessSecretsOf } from '../support/access-secrets.ts';
import { keyedClient, signingKeyPair } from '../support/signing-key.ts';
import { clearIam, clearTokens } from './iam-in-clear.ts';
import { iamCapabilityCases } from './iam-port/capabilities.ts';
import { iamFindCases } from './iam-port/find.ts';
import { iamKeyCases } from './iam-port/keys.ts';
import { iamManualCases } from './iam-port/manual.ts';
import { iamRichClientCases } from './iam-port/rich-client.ts';
import { iamSecretCases } from './iam-port/secrets.ts';
import { iamTokenCases } from './iam-port/tokens.ts';
import { type IamFixture, type IamProbe, iamProbe } from './iam-probe.ts';

const SCOPE = 'openid microprofile-jwt';

/** What the cases of the ports use. */
export type IamPortLab = ReturnType<typeof iamPortLab>;

/**
 * What the ports promise of an IAM, as cases against `keycloak()` in the role of a rotator with the least rights, against
 * `manualIam()`, whose person refreshes secrets as an administrator of the realm, and against `tokenEndpoint()`. The same cases run
 * on the embedded IAM and on a real Keycloak.
 *
 * @param setUp makes an empty realm and says how it is reached; called once for a realm with the overlap policy and once for one
 *   without
 */
export function iamPortContract(setUp: () => Promise<IamFixture>): void {
  const labs: { overlap?: IamPortLab; plain?: IamPortLab } = {};
  beforeAll(async () => {
    labs.plain = iamPortLab(await setUp());
    labs.overlap = iamPortLab(await setUp());
    await setPolicy(labs.overlap.probe);
  });
  const made = (lab: IamPortLab | undefined) => {
    if (!lab) throw new Error('the realm was not made');
    return lab;
  };
  const overlap = () => made(labs.overlap);
  const plain = () => made(labs.plain);

  describe('Iam, by its capabilities', () => iamCapabilityCases({ overlap, plain }));
  describe('Iam that only a person can change', () => iamManualCases({ overlap, plain }));
  describe('Iam.find', () => iamFindCases(overlap));
  describe('Iam, secrets', () => iamSecretCases({ overlap, plain }));
  describe('Iam, a rotator that signs', () => iamKeyCases(plain));
  describe('Iam, a rich client', () =>
    iamRichClientCases({ 'with a policy that applies': overlap, 'without one': plain }));
  describe('TokenEndpoint.request', () => iamTokenCases(overlap));
}

/** A realm with the two ports on it. */
export function iamPortLab(fixture: IamFixture) {
  const probe = iamProbe(fixture);
  const sleep = async () => {};
  const now = () => new Date(fixture.nowSeconds() * 1000);
  const fetch = portFetch(fixture);
  const credentialFor = (auth: KeycloakSettings['auth'], adminUrl: string): KeycloakCredential => ({
    accessTokenUrl: fixture.tokenUrl,
    iam: { type: 'keycloak', renewal: 'set', firstRun: 'adopt', adminUrl, auth },
  });
  const iamAs = (auth: { clientId: string; secrets: readonly string[] }, adminUrl = fixture.adminUrl) => {
    const access = accessSecretsOf(auth.secrets.map((clientSecret) => ({ clientSecret })));
    const credential = credentialFor({ clientId: auth.clientId, secretId: 'access/iam' }, adminUrl);
    const { signer } = signingKeyPair();
    const deps = { fetch, sleep, now, newId: randomUUID, accessSecrets: access, signer };
    return { iam: clearIam(keycloak(credential, deps)), reads: access.reads };
  };
  /** The port as a rotator that signs. @param clock of the function */
  const iamSigning = (clientId: string, signer: Signer, { clock = now, through = fetch } = {}) => {
    const access = accessSecretsOf([]);
    const deps = { fetch: through, sleep, now: clock, newId: randomUUID, accessSecrets: access, signer };
    const credential = credentialFor({ clientId, kmsKeyId: 'alias/csr-signer' }, fixture.adminUrl);
    return { iam: clearIam(keycloak(credential, deps)), reads: access.reads };
  };
  let made = 0;
  /** A client, and the port in the role of a rotator that may view and manage it and nothing else. */
  const rotated = async () => {
    const client = await probe.client();
    const auth = { clientId: `flow-secret-rotator-${++made}`, secret: `secret-of-rotator-${made}` };
    await fixture.createRotator({ ...auth, clients: [client.uuid] });
    const { iam } = iamAs({ clientId: auth.clientId, secrets: [auth.secret] });
    const document = (clientSecret: string) => ({
      accessTokenUrl: fixture.tokenUrl,
      clientId: client.clientId,
      clientSecret,
      scope: SCOPE,
    });
    const accepts = async (secret: string) => (await tokens().request(document(secret))).accepted;
    return { client, auth, iam, document, accepts };
  };
  /** The same, with a rotator that has a key and no secret. */
  const keyed = async () => {
    const key = signingKeyPair();
    const { client, auth, ...rest } = await rotated();
    const [{ id }] = (await probe.admin('GET', `/clients?clientId=${auth.clientId}`)).body;
    const rekey = async (...keys: object[]) => {
      expect((await probe.admin('PUT', `/clients/${id}`, keyedClient(...keys))).status).toBe(204);
    };
    await rekey(key.jwk);
    return { ...rest, client, clientId: auth.clientId, key, rekey, ...iamSigning(auth.clientId, key.signer) };
  };
  /** The token endpoint, as far as `fetch` leads there. */
  const tokens = (through: Fetch = fetch) => clearTokens(tokenEndpoint({ fetch: through, sleep }));
  /** The IAM that only a person can change, as far as `fetch` leads there. */
  const manual = (through: Fetch = fetch) =>
    clearIam(
      manualIam(
        { accessTokenUrl: fixture.tokenUrl, scope: SCOPE },
        { tokens: tokenEndpoint({ fetch: through, sleep }) },
      ),
    );
  return { fixture, probe, fetch, now, iamAs, iamSigning, rotated, keyed, tokens, manual };
}

/** Calls as the functions do: over undici where there is a socket. */
function portFetch({ adminUrl, fetch }: IamFixture): Fetch {
  const { hostname, protocol } = new URL(adminUrl);
  const options = { allowedHosts: [hostname], local: true, timeoutMs: 10_000 };
  if (protocol === 'http:') return createFetch(options);
  return restrictFetch((url, init) => fetch(new Request(url, sentInClear(init))), options);
}

async function setPolicy(probe: IamProbe): Promise<void> {
  const profiles = await probe.admin('PUT', '/client-policies/profiles', { profiles: [OVERLAP_PROFILE] });
  const policy = probe.fixture.release === '22.0' ? OVERLAP_POLICY_BY_ROLE : OVERLAP_POLICY;
  const policies = await probe.admin('PUT', '/client-policies/policies', { policies: [policy] });
  expect([profiles.status, policies.status]).toEqual([204, 204]);
}
