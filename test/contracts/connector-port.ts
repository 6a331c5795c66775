import { describe, expect, it } from '@jest/globals';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { ConfigurationChangedError, type Connector, type StoredVersion } from '../../functions/ports/connector.ts';
import type { Configuration, SectionName } from '../../local/stand-ins/connector/configuration.ts';
import { configuration, JANUARY, section, TOKEN_URL, UMLAUT } from '../local/stand-ins/connector/fixture.ts';

/** The access that the connector under test accepts. */
export const TOKEN = 'connector-access-token';

/** A connector behind a door, and what a person can do at it. */
export interface ConnectorFixture {
  /** The port on a configuration. @param tokens the access secrets, oldest first, where the door has any @default - the right one */
  portOn(name: string, ours: Ours, tokens?: readonly string[]): Opened;
  /** Stores a version of the credential's secret, where the door hands over no more than its id. */
  store(version: StoredVersion): void;
  configure(name: string, configuration: Configuration): Promise<void>;
  /** Whether a section holds a secret. */
  holds(name: string, section: SectionName, secret: string): Promise<boolean>;
}

/** Whose sections are ours. */
interface Ours {
  readonly clientIds: readonly string[];
  readonly accessTokenUrl: string;
}

/** A port, and how its access secret was read: afresh or not. */
interface Opened {
  readonly connector: Connector;
  readonly reads: readonly boolean[];
}

/** What the cases call ours. */
export const OURS: Ours = { clientIds: ['NC_Flow_ClientCredentials'], accessTokenUrl: TOKEN_URL };
const CLIENT_ID = 'NC_Flow_ClientCredentials';
const DOCUMENT = {
  accessTokenUrl: TOKEN_URL,
  clientId: CLIENT_ID,
  clientSecret: new Secret(UMLAUT.secret),
  scope: 'openid microprofile-jwt',
};
/** The version that the cases write. */
export const VERSION = { id: 'version-2', document: DOCUMENT };

/**
 * What the port promises of a connector that can be read, as cases against an adapter. They run on the embedded connector behind both
 * doors: over HTTPS, in process and as a process of its own, and through an agent, the stand-in and the program. A real connector is
 * not to be had. `connector-attended.ts` has what the port promises where a person is the door.
 *
 * @param fixture asked at the beginning of each test, so that it may be made in a `beforeAll`
 */
export function connectorPortContract(fixture: () => ConnectorFixture): void {
  const { setUp, portOn } = labOf(fixture);

  describe('Connector.read', () => {
    it('gives every section of ours with its fingerprint, machine users too, and the ETag', async () => {
      const { connector } = await setUp({ studioTestBench: section(), machineUsers: { 'anna@acme': section() } });
      const { etag, sections, sectionsSkipped } = await connector.read();
      expect(etag).toMatch(/^".+"$/);
      expect(sectionsSkipped).toBe(0);
      expect(sections).toEqual(
        ['designTime', 'runtime', 'studioTestBench', 'machineUsers/anna@acme'].map((path) => ({
          path,
          clientId: CLIENT_ID,
          secretFingerprint: JANUARY.fingerprint,
        })),
      );
    });

    it('leaves sections out that differ in case, and those of Basic; counts those of another token URL as skipped', async () => {
      const { connector } = await setUp({
        designTime: section({ clientId: CLIENT_ID.toUpperCase() }),
        studioTestBench: section({ flowType: 'Basic' }),
        machineUsers: { anna: section({ accessTokenUrl: TOKEN_URL.replace('acmeprod', 'acmetest') }) },
      });
      const { sections, sectionsSkipped } = await connector.read();
      expect([sections.map(({ path }) => path), sectionsSkipped]).toEqual([['runtime'], 1]);
    });

    it('takes a token URL for ours that is the same once it is parsed', async () => {
      const written = TOKEN_URL.replace('https://acme.example.com', 'HTTPS://ACME.example.com:443');
      const { connector } = await setUp({ designTime: section({ accessTokenUrl: written }) });
      expect((await connector.read()).sections.map(({ path }) => path)).toEqual(['designTime', 'runtime']);
    });

    it('tells a section that holds no secret', async () => {
      const { clientSecret: _, ...empty } = section();
      const { connector } = await setUp({ runtime: empty });
      expect((await connector.read()).sections[1]).toMatchObject({ path: 'runtime', secretFingerprint: null });
    });

    it('fails with section-not-found where no section is ours', async () => {
      const other = section({ clientId: CLIENT_ID.toLowerCase() });
      const { connector } = await setUp({ designTime: other, runtime: other });
      await expect(connector.read()).rejects.toMatchObject({ code: 'section-not-found' });
    });

    it('fails with connector-not-found where there is no such configuration', async () => {
      await expect(portOn('none').connector.read()).rejects.toMatchObject({ code: 'connector-not-found' });
    });
  });

  describe('Connector.write', () => {
    it('gives every section of ours the document at once, and leaves the others and every other field', async () => {
      const { name, connector } = await setUp({
        studioTestBench: section({ clientId: 'other', clientSecret: 'not-ours' }),
        machineUsers: { anna: section(), bo: section({ clientId: 'other', clientSecret: 'not-ours' }) },
      });
      const before = await connector.read();
      await connector.write(before, VERSION);
      const after = await connector.read();
      expect(after.etag).not.toBe(before.etag);
      expect(after.sections.map(({ secretFingerprint }) => secretFingerprint)).toEqual(
        Array(3).fill(UMLAUT.fingerprint),
      );
      expect(secretFingerprint(new Secret(UMLAUT.secret))).toBe(UMLAUT.fingerprint);
      const holds = (place: SectionName, secret: string) => fixture().holds(name, place, secret);
      expect(await holds('studioTestBench', 'not-ours')).toBe(true);
      expect(await holds('machineUsers.bo', 'not-ours')).toBe(true);
      expect(await holds('machineUsers.anna', UMLAUT.secret)).toBe(true);
    });

    it('throws ConfigurationChangedError when somebody wrote in between, and changes nothing', async () => {
      const { name, connector } = await setUp();
      const before = await connector.read();
      await fixture().configure(name, configuration({ runtime: section({ clientSecret: 'by-hand' }) }));
      await expect(connector.write(before, VERSION)).rejects.toBeInstanceOf(ConfigurationChangedError);
      expect(await fixture().holds(name, 'runtime', 'by-hand')).toBe(true);
    });

    it('is refused the second time with the configuration that was read before the first', async () => {
      const { connector } = await setUp();
      const before = await connector.read();
      await connector.write(before, VERSION);
      await expect(connector.write(before, VERSION)).rejects.toBeInstanceOf(ConfigurationChangedError);
    });

    it('repeats no secret in an error', async () => {
      const { connector } = await setUp();
      const before = await connector.read();
      const error = await portOn('none')
        .connector.write(before, VERSION)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'connector-not-found' });
      expect(JSON.stringify([error, String(error)])).not.toContain(UMLAUT.secret);
    });
  });
}

/** What a door promises that has its own sign-in. An agent signs in to AWS as itself, and no run signs in to an agent. */
export function connectorSignInContract(fixture: () => ConnectorFixture): void {
  const { setUp, portOn } = labOf(fixture);

  describe('the sign-in at a connector', () => {
    it('fails with connector-unauthorized on a wrong token, which is read afresh once', async () => {
      const { connector, reads } = await setUp({}, ['wrong']);
      await expect(connector.read()).rejects.toMatchObject({ code: 'connector-unauthorized' });
      expect(reads).toEqual([false, true]);
    });

    it('gets in with the token that is stored now, when the one in memory is old', async () => {
      const { connector, reads } = await setUp({}, ['old', TOKEN]);
      expect((await connector.read()).sections).toHaveLength(2);
      expect(reads).toEqual([false, true]);
    });

    it('fails with connector-unauthorized on a wrong token, and changes nothing', async () => {
      const { name, connector } = await setUp();
      const before = await connector.read();
      const stranger = portOn(name, ['wrong']).connector;
      await expect(stranger.write(before, VERSION)).rejects.toMatchObject({ code: 'connector-unauthorized' });
      expect((await connector.read()).etag).toBe(before.etag);
    });
  });
}

/** What a door promises behind which a write is prepared. Over HTTPS a read shows all that can be known before. */
export function connectorPrepareContract(fixture: () => ConnectorFixture): void {
  const { setUp } = labOf(fixture);

  describe('Connector.prepare', () => {
    it('changes nothing, as often as it is asked', async () => {
      const { connector } = await setUp();
      const before = await connector.read();
      for (const _ of [1, 2]) await connector.prepare?.(before);
      expect(connector.prepare).toBeDefined();
      expect(await connector.read()).toEqual(before);
    });

    it('throws ConfigurationChangedError when somebody wrote since', async () => {
      const { name, connector } = await setUp();
      const before = await connector.read();
      await fixture().configure(name, configuration({ runtime: section({ clientSecret: 'by-hand' }) }));
      await expect(connector.prepare?.(before)).rejects.toBeInstanceOf(ConfigurationChangedError);
    });
  });
}

let made = 0;

function labOf(fixture: () => ConnectorFixture) {
  const portOn = (name: string, tokens?: readonly string[]) => fixture().portOn(name, OURS, tokens);
  /** A configuration of this case's own, and the port on it. */
  const setUp = async (authentication: Partial<Configuration['authentication']> = {}, tokens?: readonly string[]) => {
    const name = `ifs-${++made}`;
    await fixture().configure(name, configuration(authentication));
    fixture().store(VERSION);
    return { name, ...portOn(name, tokens) };
  };
  return { setUp, portOn };
}
