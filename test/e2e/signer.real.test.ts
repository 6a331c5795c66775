import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jwkSetOf } from '../../cli/iam/jwk.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { keyedClient } from '../support/signing-key.ts';
import { writtenBy } from './scan.ts';
import { changeSettings } from './settings.ts';
import { CLIENT_ID, ROTATOR, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-keyed';
const ALIAS = `alias/${PREFIX}-signer`;
const ON_DEMAND = 'acme-prod';
const SCHEDULED = 'acme-test';
const IN_PLACE = 'globex-prod';
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 30, http: 5 });

describeReal('a rotator without a secret, deployed', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let kms: KMSClient;

  beforeAll(async () => {
    const proof = { kmsKeyId: ALIAS };
    const cast = [
      { id: ON_DEMAND, proof },
      { id: SCHEDULED, proof, schedule: { expression: 'rate(1 minute)' } },
      { id: IN_PLACE, proof, tags: { overlap: 'no' } },
    ];
    stage = await setStage(PREFIX, cast, { timeouts: TIMEOUTS });
    kms = new KMSClient(stage.aws);
  });

  afterAll(async () => {
    kms?.destroy();
    await stage?.close();
  });

  /** What `csr iam jwk` prints. */
  async function publicJwks() {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: ALIAS }));
    return await jwkSetOf(PublicKey ?? new Uint8Array());
  }

  /** Lets the rotator of a realm sign in with these keys and nothing else. */
  async function register(id: string, keys: readonly object[]): Promise<void> {
    const { realm = '' } = stage.provisioned.get(id) ?? {};
    const [rotator] = await stage.keycloak.api.clients.find({ realm, clientId: ROTATOR });
    await stage.keycloak.updateClient(realm, rotator?.id ?? '', keyedClient(...keys));
  }

  async function accepts(id: string, secret: string): Promise<boolean> {
    const url = stage.credentials.get(id)?.accessTokenUrl.replace('/protocol/openid-connect/token', '') ?? '';
    return (await requestToken(url, { clientId: CLIENT_ID, secret })).status === 200;
  }

  it('rotates on demand: with overlap, and in place', async () => {
    for (const id of [ON_DEMAND, IN_PLACE]) {
      expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
      const first = await stage.agreed(id);
      await stage.pass(id, LEASE_MS);
      const rotation = await stage.rotate(id);
      expect(rotation).not.toHaveProperty('code');
      expect(rotation).toMatchObject({ outcome: 'rotated', trigger: 'api' });
      expect(await stage.agreed(id)).not.toBe(first);
    }
  });

  it('rotates when the schedule fires', async () => {
    const { clientSecret: first = '' } = stage.provisioned.get(SCHEDULED) ?? {};
    await stage.rotate(SCHEDULED);
    await stage.pass(SCHEDULED, LEASE_MS);
    const scheduled = (text: string) => text.includes('"trigger":"schedule"') && text.includes('"outcome":"rotated"');
    while (!(await stage.logs('rotate')).some(scheduled)) {
      await stage.pass(SCHEDULED, LEASE_MS);
      await sleep(2000);
    }
    expect((await stage.document(SCHEDULED)).clientSecret).not.toBe(first);
  });

  it('is refused where the key is disabled or the IAM has lost it: nothing is changed, and the secret works', async () => {
    const { keys } = await publicJwks();
    const refusals: [spoil: () => Promise<unknown>, mend: () => Promise<unknown>, code: string, words: string][] = [
      [
        () => kms.send(new DisableKeyCommand({ KeyId: stage.deployment.outputs.SignerKeyArn })),
        () => kms.send(new EnableKeyCommand({ KeyId: stage.deployment.outputs.SignerKeyArn })),
        'signer-unusable',
        'the key is disabled',
      ],
      [() => register(IN_PLACE, []), () => register(IN_PLACE, keys), 'iam-unauthorized', 'Unable to load public key'],
    ];
    const secret = await stage.agreed(IN_PLACE);
    for (const [spoil, mend, code, words] of refusals) {
      await spoil();
      const answer = await stage.rotate(IN_PLACE);
      await mend();
      expect(answer).toMatchObject({ code, detail: expect.stringContaining(words), nothingChanged: true });
      expect([await stage.agreed(IN_PLACE), await accepts(IN_PLACE, secret)]).toEqual([secret, true]);
    }
    await stage.pass(IN_PLACE, LEASE_MS);
    expect(await stage.rotate(IN_PLACE)).toMatchObject({ outcome: 'rotated' });
  });

  it('may sign with no other key of the account, whatever the settings say', async () => {
    const created = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    const kmsKeyId = created.KeyMetadata?.Arn ?? '';
    await changeSettings(stage, IN_PLACE, { kmsKeyId });
    const answer = await stage.rotate(IN_PLACE);
    await changeSettings(stage, IN_PLACE, { kmsKeyId: ALIAS });
    expect(answer).toMatchObject({
      code: 'signer-unusable',
      detail: expect.stringContaining('may not sign with the key'),
      nothingChanged: true,
    });
  });

  it('keeps no secret of the rotator anywhere, and writes no assertion', async () => {
    const { SecretList = [] } = await stage.secretsManager.send(
      new ListSecretsCommand({ Filters: [{ Key: 'name', Values: [`${PREFIX}-access/`] }], MaxResults: 100 }),
    );
    const access = SecretList.map(({ Name = '' }) => Name).filter((name) => name.startsWith(`${PREFIX}-access/`));
    expect(access).toEqual([`${PREFIX}-access/shared/connector`]);
    const { texts } = await writtenBy(stage);
    const found = texts.filter(({ text }) => /client_assertion=|eyJ[\w-]+\.eyJ/.test(text));
    expect(found.map(({ where }) => where)).toEqual([]);
    expect(texts.length).toBeGreaterThan(0);
  });
});
