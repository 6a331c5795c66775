import { expect, it } from '@jest/globals';
import { manualConnector } from '../../functions/adapters/manual/manual-connector.ts';
import { type CredentialDocument, serializeDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { StoredVersion } from '../../functions/ports/connector.ts';
import type { Tasks } from '../../functions/ports/tasks.ts';
import { JANUARY, TOKEN_URL, UMLAUT } from '../local/stand-ins/connector/fixture.ts';

const CLIENT_ID = 'NC_Flow_ClientCredentials';
const NAME = 'IFS Production';
const START = new Date('2026-03-01T03:00:00.000Z');
const BY = 'arn:aws:iam::123456789012:user/eve';
const HOUR_MS = 3_600_000;

const documentOf = (clientSecret: string): CredentialDocument => ({
  accessTokenUrl: TOKEN_URL,
  clientId: CLIENT_ID,
  clientSecret: new Secret(clientSecret),
  scope: 'openid microprofile-jwt',
});
const FIRST: StoredVersion = { id: 'version-1', document: documentOf(JANUARY.secret) };
const SECOND: StoredVersion = { id: 'version-2', document: documentOf(UMLAUT.secret) };

let made = 0;

/**
 * What the port promises of a connector into which a person enters the secret. It has no configuration that could be read: what it
 * holds is what a named person has said, and a write asks for it.
 *
 * @param tasksOf the tasks of a credential
 */
export function connectorAttendedContract(tasksOf: (credential: string) => Tasks): void {
  const setUp = ({ within = 'PT10H', grace = 'PT24H' } = {}) => {
    const tasks = tasksOf(`attended-${Date.now()}-${++made}`);
    const versions = new Map([FIRST, SECOND].map(({ id, document }) => [id, serializeDocument(document)]));
    let clock = START;
    const connector = manualConnector(
      { name: NAME, via: 'manual', proof: 'attested', within },
      { grace },
      { tasks, store: { read: async (id: string) => versions.get(id) }, now: () => clock },
    );
    const acknowledge = (versionId: string) => tasks.acknowledge({ connector: NAME, versionId, by: BY, at: clock });
    const pass = (hours: number) => {
      clock = new Date(clock.getTime() + hours * HOUR_MS);
    };
    const fingerprints = async () =>
      (await connector.read()).sections.map(({ path, secretFingerprint }) => [path, secretFingerprint]);
    return { connector, tasks, versions, acknowledge, pass, fingerprints };
  };
  const both = (fingerprint: string | null) => [
    ['designTime', fingerprint],
    ['runtime', fingerprint],
  ];

  it('is attended, and has nothing to prepare', () => {
    const { connector } = setUp();
    expect([connector.attended, connector.prepare]).toEqual([true, undefined]);
  });

  it('holds nothing that is known, while nobody has said anything', async () => {
    const { connector, fingerprints } = setUp();
    expect(await fingerprints()).toEqual(both(null));
    const configuration = await connector.read();
    expect(configuration).toMatchObject({ proof: 'attested', sectionsSkipped: 0 });
    expect([configuration.attestation, configuration.handedOver]).toEqual([undefined, undefined]);
  });

  it('holds what a named person has acknowledged', async () => {
    const { connector, acknowledge, fingerprints } = setUp();
    await acknowledge(FIRST.id);
    expect(await fingerprints()).toEqual(both(JANUARY.fingerprint));
    const { attestation, sections } = await connector.read();
    expect(attestation).toEqual({ by: BY, at: START });
    expect(sections.map(({ clientId }) => clientId)).toEqual([CLIENT_ID, CLIENT_ID]);
  });

  it('write asks for the version, and the connector holds what it held', async () => {
    const { connector, acknowledge, fingerprints } = setUp();
    await acknowledge(FIRST.id);
    await connector.write(await connector.read(), SECOND);
    expect(await fingerprints()).toEqual(both(JANUARY.fingerprint));
    const { handedOver } = await connector.read();
    expect(handedOver).toEqual({ versionId: SECOND.id, dueAt: new Date('2026-03-01T13:00:00.000Z') });
  });

  it('gives the person time until the end of grace at most', async () => {
    const { connector } = setUp({ within: 'P3D', grace: 'PT24H' });
    await connector.write(await connector.read(), SECOND);
    expect((await connector.read()).handedOver?.dueAt).toEqual(new Date('2026-03-02T03:00:00.000Z'));
  });

  it('write asks once: repeated, also with what was read before, it changes nothing', async () => {
    const { connector, pass } = setUp();
    const before = await connector.read();
    await connector.write(before, SECOND);
    const asked = await connector.read();
    pass(1);
    await connector.write(before, SECOND);
    await connector.write(asked, SECOND);
    expect(await connector.read()).toEqual(asked);
  });

  it('write of another version asks for that one instead', async () => {
    const { connector } = setUp();
    await connector.write(await connector.read(), FIRST);
    await connector.write(await connector.read(), SECOND);
    expect((await connector.read()).handedOver).toMatchObject({ versionId: SECOND.id });
  });

  it('has it once the person has said so, and asks no more', async () => {
    const { connector, acknowledge, fingerprints } = setUp();
    const before = await connector.read();
    await connector.write(before, SECOND);
    await acknowledge(SECOND.id);
    expect(await fingerprints()).toEqual(both(UMLAUT.fingerprint));
    const { etag, handedOver } = await connector.read();
    expect(handedOver).toBeUndefined();
    expect(etag).not.toBe(before.etag);
  });

  it('asks on, where what was acknowledged is another version', async () => {
    const { connector, acknowledge, fingerprints } = setUp();
    await connector.write(await connector.read(), SECOND);
    await acknowledge(FIRST.id);
    expect(await fingerprints()).toEqual(both(JANUARY.fingerprint));
    expect((await connector.read()).handedOver).toMatchObject({ versionId: SECOND.id });
  });

  it.each([
    ['Secrets Manager has removed', (versions: Map<string, Secret>) => versions.delete(FIRST.id)],
    ['is no document', (versions: Map<string, Secret>) => versions.set(FIRST.id, new Secret('not a document'))],
  ])('holds nothing that is known, where the acknowledged version %s', async (_, change) => {
    const { versions, acknowledge, fingerprints } = setUp();
    await acknowledge(FIRST.id);
    change(versions);
    expect(await fingerprints()).toEqual(both(null));
  });

  it('puts no secret where tasks are kept', async () => {
    const { connector, tasks, acknowledge } = setUp();
    await acknowledge(FIRST.id);
    await connector.write(await connector.read(), SECOND);
    const kept = JSON.stringify(await tasks.read());
    for (const { document } of [FIRST, SECOND]) expect(kept).not.toContain(document.clientSecret.reveal());
    expect(kept).toContain(SECOND.id);
  });
}
