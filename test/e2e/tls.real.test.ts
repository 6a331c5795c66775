import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Keycloak, startKeycloak } from '../../local/real-stack/keycloak/server.ts';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type TlsFront, tlsFront } from '../support/tls-front.ts';
import { findSecrets, writtenBy } from './scan.ts';
import { type Cast, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-tls';
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 30, http: 5 });

/** Its IAM and its connector have certificates of a private authority, and let nobody in without a client certificate. */
const GOOD = 'acme-prod';
/** Its access secret holds another authority than that of its IAM. */
const WRONG_CA = 'globex-prod';
/** Its access secret holds no client certificate for its connector. */
const NO_CERTIFICATE = 'initech-prod';
/** Its access secret holds no client certificate for its IAM, then one that another authority has issued. */
const STRANGER = 'umbrella-prod';

describeReal('a private authority and client certificates, deployed', ['keycloak', 'ministack'], () => {
  let folder: string;
  let authority: Authority;
  let another: Authority;
  let keycloak: Keycloak;
  let front: TlsFront;
  let stage: Stage;
  /** What the access secrets hold, by the name of a part. */
  let documents: { right: object; wrongCa: object; noCertificate: object; stranger: object };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    authority = await makeAuthority(folder, { name: 'private' });
    another = await makeAuthority(folder, { name: 'another' });
    const hosts = 'IP:127.0.0.1';
    const ofKeycloak = await authority.issue({ name: 'keycloak', hosts });
    const ofConnector = await authority.issue({ name: 'connector', hosts });
    const { certificate, privateKey } = await authority.issue({ name: 'rotator' });
    const ca = authority.certificate;
    const stranger = await another.issue({ name: 'stranger' });
    documents = {
      right: { ca, certificate, privateKey },
      wrongCa: { ca: another.certificate, certificate, privateKey },
      noCertificate: { ca },
      stranger: { ca, certificate: stranger.certificate, privateKey: stranger.privateKey },
    };
    keycloak = await startKeycloak({ tls: { ...ofKeycloak, clientAuthorityFile: authority.certificateFile } });
    front = await tlsFront(ofConnector, authority);
    const { url, httpsUrl = '', adminUser: user, adminPassword: password } = keycloak;
    const cast = [GOOD, WRONG_CA, NO_CERTIFICATE, STRANGER].map((id) => castOf(id, httpsUrl, front.url));
    stage = await setStage(PREFIX, cast, {
      keycloak: { url, user, password },
      iamUrl: httpsUrl,
      timeouts: TIMEOUTS,
    });
    front.leadTo(stage.connectorUrl);
    const { right, wrongCa, noCertificate } = documents;
    for (const [id, parts] of Object.entries({
      [GOOD]: { 'iam-tls': right, 'connector-tls': right },
      [WRONG_CA]: { 'iam-tls': wrongCa, 'connector-tls': right },
      [NO_CERTIFICATE]: { 'iam-tls': right, 'connector-tls': noCertificate },
      [STRANGER]: { 'iam-tls': noCertificate, 'connector-tls': right },
    })) {
      for (const [part, document] of Object.entries(parts))
        await stage.secretsManager.send(
          new CreateSecretCommand({ Name: secretOf(id, part), SecretString: JSON.stringify(document) }),
        );
    }
  });

  afterAll(async () => {
    await stage?.close();
    await front?.close();
    await keycloak?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('a rotation goes from end to end over them', async () => {
    expect(await stage.rotate(GOOD)).toMatchObject({ outcome: 'adopted' });
    const before = await stage.agreed(GOOD);
    await stage.pass(GOOD, LEASE_MS);
    expect(await stage.rotate(GOOD)).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    expect(await stage.agreed(GOOD)).not.toBe(before);
    expect(new Set(front.clients)).toEqual(new Set(['rotator']));
  });

  it('an IAM whose authority is not the one that is trusted is refused by name, and nothing is changed', async () => {
    expect(await stage.rotate(WRONG_CA)).toMatchObject({
      code: 'server-certificate-untrusted',
      nothingChanged: true,
      detail: expect.stringContaining(`ca of ${secretOf(WRONG_CA, 'iam-tls')}`),
      next: expect.stringContaining('Put the authority'),
    });
  });

  it('the right authority is found without a restart', async () => {
    await put(WRONG_CA, 'iam-tls', documents.right);
    await stage.pass(WRONG_CA, LEASE_MS);
    expect(await stage.rotate(WRONG_CA)).toMatchObject({ outcome: 'adopted' });
    await stage.agreed(WRONG_CA);
  });

  it('a connector that misses a client certificate is told by name; the others are not held up, and it is found later', async () => {
    const answer = await stage.rotate(NO_CERTIFICATE);
    expect(JSON.stringify(answer)).toContain('client-certificate-refused');
    expect(JSON.stringify(answer)).toContain('asks for a client certificate, and the settings name none');
    await put(NO_CERTIFICATE, 'connector-tls', documents.right);
    await stage.pass(NO_CERTIFICATE, LEASE_MS);
    await stage.rotate(NO_CERTIFICATE);
    await stage.agreed(NO_CERTIFICATE);
  });

  it('an IAM lets nobody in without a client certificate, and is told by name; nothing is changed', async () => {
    const { clientSecret } = stage.provisioned.get(STRANGER) ?? {};
    expect(await stage.rotate(STRANGER)).toMatchObject({
      code: 'client-certificate-refused',
      nothingChanged: true,
      detail: expect.stringContaining('asks for a client certificate, and the settings name none'),
    });
    await put(STRANGER, 'iam-tls', documents.stranger);
    expect(await stage.rotate(STRANGER)).toMatchObject({
      code: 'client-certificate-refused',
      nothingChanged: true,
      detail: expect.stringContaining(`refuses the client certificate of ${secretOf(STRANGER, 'iam-tls')}`),
    });
    await put(STRANGER, 'iam-tls', documents.right);
    expect(await stage.rotate(STRANGER)).toMatchObject({ outcome: 'adopted' });
    expect(await stage.agreed(STRANGER)).toBe(clientSecret);
  });

  it('has written no secret, and no private key, anywhere', async () => {
    const { texts, secrets } = await writtenBy(stage);
    const [, key = ''] =
      /-----BEGIN PRIVATE KEY-----\n(.+)/.exec((documents.right as { privateKey: string }).privateKey) ?? [];
    expect(key.length).toBeGreaterThan(20);
    expect(texts.length).toBeGreaterThan(5);
    expect(findSecrets(texts, [...secrets, key])).toEqual([]);
  });

  async function put(id: string, part: string, document: object): Promise<void> {
    const SecretString = JSON.stringify(document);
    await stage.secretsManager.send(new PutSecretValueCommand({ SecretId: secretOf(id, part), SecretString }));
  }
});

function castOf(id: string, iamUrl: string, connectorUrl: string): Cast {
  return {
    id,
    iam: {
      adminUrl: `${iamUrl}/admin/realms/${PREFIX}-${id}`,
      auth: { clientId: 'flow-secret-rotator', secretId: secretOf(id, 'iam') },
      tls: { secretId: secretOf(id, 'iam-tls') },
    },
    connector: {
      url: `${connectorUrl}/odata-connector/configurations/${id}`,
      tls: { secretId: secretOf(id, 'connector-tls') },
    },
  };
}

function secretOf(id: string, part: string): string {
  return `${PREFIX}-access/${id}/${part}`;
}
