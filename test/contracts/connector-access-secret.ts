import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { accessSecretConnector } from '../../functions/adapters/secrets-manager/access-secret-connector.ts';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { ConfigurationChangedError, type ConnectorConfiguration } from '../../functions/ports/connector.ts';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';

const CLIENT_ID = 'flow-secret-rotator';
const fingerprintOf = (secret: string) => secretFingerprint(new Secret(secret));
const versionOf = (clientSecret: string, id = `version-of-${clientSecret}`) => ({
  id,
  document: {
    accessTokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: new Secret(clientSecret),
    scope: 'openid microprofile-jwt',
  },
});
const JANUARY = versionOf('january-secret');
const FEBRUARY = versionOf('february-secret');

/**
 * What the port promises of a connector that is an access secret of the rotator's own, as cases against the adapter. They run on the
 * embedded Secrets Manager and on MiniStack.
 *
 * @param client asked at the beginning of each test, so that it may be made in a `beforeAll`
 */
export function accessSecretConnectorContract(client: () => SecretsManagerClient): void {
  /** An access secret of this case's own, and the port on it. */
  async function setUp(value: unknown = { clientSecret: 'january-secret' }) {
    const secretId = `csr-access/shared/${randomUUID()}`;
    const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
    await client().send(new CreateSecretCommand({ Name: secretId, SecretString }));
    return { secretId, ...portOn(secretId) };
  }

  function portOn(secretId: string, sdk: Pick<SecretsManagerClient, 'send'> = client()) {
    const settings = { name: 'the rotator', secretId, proof: 'loaded' as const };
    const slept: number[] = [];
    const sleep = async (ms: number) => void slept.push(ms);
    const deps = { client: sdk as SecretsManagerClient, patience: {}, clientId: CLIENT_ID, sleep };
    return { connector: accessSecretConnector(settings, deps), slept };
  }

  async function stored(SecretId: string, VersionStage = 'AWSCURRENT'): Promise<unknown> {
    const { SecretString } = await client().send(new GetSecretValueCommand({ SecretId, VersionStage }));
    return JSON.parse(SecretString ?? 'null');
  }

  async function byHand(SecretId: string, value: unknown): Promise<void> {
    await client().send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }));
  }

  const held = ({ sections }: ConnectorConfiguration) => sections.map(({ secretFingerprint: one }) => one);

  describe('Connector.read', () => {
    it('gives one section with the fingerprint, and the version as ETag', async () => {
      const { connector } = await setUp();
      const { etag, ...rest } = await connector.read();
      expect(etag).toMatch(/^[\w-]{32,}$/);
      expect(rest).toEqual({
        sections: [{ path: 'clientSecret', clientId: CLIENT_ID, secretFingerprint: fingerprintOf('january-secret') }],
        sectionsSkipped: 0,
        proof: 'loaded',
      });
    });

    it('tells a document that holds no secret yet', async () => {
      const { connector } = await setUp({ token: 'another form' });
      expect(held(await connector.read())).toEqual([null]);
    });

    it.each(['plain text', '[]', '"text"', 'null'])('fails with access-secret-invalid on %s', async (value) => {
      const { connector } = await setUp(value);
      const error = await connector.read().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'access-secret-invalid' });
      expect(String(error)).not.toContain('plain text');
    });

    it('fails with access-secret-invalid where there is no such secret', async () => {
      const { connector } = portOn(`csr-access/shared/${randomUUID()}`);
      await expect(connector.read()).rejects.toMatchObject({ code: 'access-secret-invalid' });
    });

    it('fails with secret-deleted where it is scheduled for deletion', async () => {
      const { secretId, connector } = await setUp();
      await client().send(new DeleteSecretCommand({ SecretId: secretId, RecoveryWindowInDays: 7 }));
      await expect(connector.read()).rejects.toMatchObject({ code: 'secret-deleted' });
    });
  });

  describe('Connector.write', () => {
    it('writes the secret, keeps every other member, and keeps the former value as AWSPREVIOUS', async () => {
      const { secretId, connector } = await setUp({ ca: 'PEM', clientSecret: 'january-secret', note: { of: 1 } });
      const before = await connector.read();
      await connector.write(before, FEBRUARY);
      const after = await connector.read();
      expect(after.etag).not.toBe(before.etag);
      expect(held(after)).toEqual([fingerprintOf('february-secret')]);
      expect(await stored(secretId)).toEqual({ ca: 'PEM', clientSecret: 'february-secret', note: { of: 1 } });
      expect(await stored(secretId, 'AWSPREVIOUS')).toMatchObject({ clientSecret: 'january-secret' });
    });

    it('throws ConfigurationChangedError when somebody wrote in between, and changes nothing', async () => {
      const { secretId, connector } = await setUp();
      const before = await connector.read();
      await byHand(secretId, { clientSecret: 'by-hand' });
      await expect(connector.write(before, FEBRUARY)).rejects.toBeInstanceOf(ConfigurationChangedError);
      expect(await stored(secretId)).toEqual({ clientSecret: 'by-hand' });
    });

    it('is refused the second time with what was read before the first', async () => {
      const { connector } = await setUp();
      const before = await connector.read();
      await connector.write(before, FEBRUARY);
      await expect(connector.write(before, FEBRUARY)).rejects.toBeInstanceOf(ConfigurationChangedError);
    });

    it('of two writers that have read the same exactly one is carried out', async () => {
      const { secretId, connector } = await setUp();
      const before = await connector.read();
      const writes = [FEBRUARY, versionOf('march-secret')].map((version) => connector.write(before, version));
      const results = await Promise.allSettled(writes);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const won = results.findIndex(({ status }) => status === 'fulfilled');
      expect(await stored(secretId)).toEqual({ clientSecret: ['february-secret', 'march-secret'][won] });
    });

    it('can be taken back, and made again, as often as it has to be', async () => {
      const { secretId, connector } = await setUp();
      for (const version of [FEBRUARY, JANUARY, FEBRUARY, JANUARY, FEBRUARY]) {
        await connector.write(await connector.read(), version);
        expect(await stored(secretId)).toEqual({ clientSecret: version.document.clientSecret.reveal() });
      }
    });

    it('is done by a repeat where it ended between its two calls', async () => {
      const { secretId, connector } = await setUp();
      const before = await connector.read();
      const dying = portOn(secretId, {
        send: (async (command: object) => {
          if (command.constructor.name === 'UpdateSecretVersionStageCommand') throw new Error('killed');
          return await client().send(command as never);
        }) as never,
      });
      await expect(dying.connector.write(before, FEBRUARY)).rejects.toMatchObject({ code: 'connector-unavailable' });
      expect(await stored(secretId)).toEqual({ clientSecret: 'january-secret' });
      await connector.write(before, FEBRUARY);
      expect(await stored(secretId)).toEqual({ clientSecret: 'february-secret' });
    });

    it('waits for a read that does not know of it yet', async () => {
      const { secretId } = await setUp();
      const old = await client().send(new GetSecretValueCommand({ SecretId: secretId }));
      let stale = 2;
      const lagging = (async (command: { input: { VersionId?: string } }) => {
        const reads = command.constructor.name === 'GetSecretValueCommand' && command.input.VersionId === undefined;
        if (reads && wrote && stale-- > 0) return old;
        return await client().send(command as never);
      }) as never;
      let wrote = false;
      const { connector, slept } = portOn(secretId, { send: lagging });
      await connector.write(await connector.read(), FEBRUARY);
      wrote = true;
      expect(held(await connector.read())).toEqual([fingerprintOf('february-secret')]);
      expect(slept).toEqual([1000, 2000]);
    });

    it('repeats no secret in an error', async () => {
      const { connector } = await setUp();
      const before = await connector.read();
      const gone = portOn(`csr-access/shared/${randomUUID()}`).connector;
      const error = await gone.write(before, FEBRUARY).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'access-secret-invalid' });
      expect(JSON.stringify([error, String(error)])).not.toMatch(/january|february/);
    });
  });
}
