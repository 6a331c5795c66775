import { chmod, chown, stat } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { secretFingerprint } from '../../../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { JANUARY } from '../../../local/stand-ins/connector/fixture.ts';
import { engineOf, fileIn, settingsIn } from '../../support/agent.ts';
import { temporaryFolders } from '../../support/folder.ts';
import { AT_FIRST, bytesOf, FORMS } from '../../support/forms.ts';
import { writeSecret } from '../../support/writes.ts';

/** A secret that every format has to write in its own way, and how it is written there: worked out by hand. */
const AWKWARD = 'a"b\\c<d>&e€ f$`g';
const WRITTEN = {
  json: { designTime: 'a\\"b\\\\c<d>&e€ f$`g', runtime: 'a\\"b\\\\c<d>&e€ f$`g', anna: 'a\\"b\\\\c<d>&e€ f$`g' },
  xml: {
    designTime: 'a&quot;b\\c&lt;d&gt;&amp;e€ f$`g',
    runtime: AWKWARD,
    anna: 'a&quot;b\\c&lt;d&gt;&amp;e€ f$`g',
  },
  text: {
    designTime: '"a\\"b\\\\c<d>&e€ f\\$\\`g"',
    runtime: '"a\\"b\\\\c<d>&e€ f\\$\\`g"',
    anna: '"a\\"b\\\\c<d>&e€ f\\$\\`g"',
  },
} as const;

describe.each(['json', 'xml', 'text'] as const)('a %s file', (type) => {
  const folders = temporaryFolders();

  it('is read: every section with its client and fingerprint', async () => {
    const folder = await folders();
    const { adapter } = await fileIn(folder, FORMS[type]);

    const { body } = await (await engineOf(settingsIn(folder, adapter))).read();

    expect(body.name).toBe('IFS Production');
    expect(body.authentication.runtime).toEqual({
      flowType: 'ClientCredentials',
      accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
      clientId: 'NC_Flow_ClientCredentials',
      clientSecretFingerprint: JANUARY.fingerprint,
      scopes: 'openid microprofile-jwt',
    });
    expect(Object.keys(body.authentication.machineUsers ?? {})).toEqual(['anna', 'bo']);
  });

  it('is written: the secret of our sections changes, and no other byte of the file; its mode stays', async () => {
    const folder = await folders();
    const { file, adapter, read } = await fileIn(folder, FORMS[type]);
    await chmod(file, 0o640);

    const { body } = await writeSecret(await engineOf(settingsIn(folder, adapter)), AWKWARD);

    expect((await read()).toString('hex')).toBe(
      bytesOf(FORMS[type], { ...AT_FIRST, ...WRITTEN[type] }).toString('hex'),
    );
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(body.authentication.designTime?.clientSecretFingerprint).toBe(secretFingerprint(new Secret(AWKWARD)));
    expect(body.authentication.runtime?.clientSecretFingerprint).toBe(secretFingerprint(new Secret(AWKWARD)));
    expect(body.authentication.machineUsers?.bo?.clientSecretFingerprint).toBe(
      secretFingerprint(new Secret('secret-of-bo')),
    );
  });

  (process.getuid?.() === 0 ? it : it.skip)('is written: its owner stays', async () => {
    const folder = await folders();
    const { file, adapter } = await fileIn(folder, FORMS[type]);
    await chown(file, 12_345, 23_456);

    await writeSecret(await engineOf(settingsIn(folder, adapter)), 'new');

    const { uid, gid } = await stat(file);
    expect([uid, gid]).toEqual([12_345, 23_456]);
  });

  it('is written back to the very bytes of before', async () => {
    const folder = await folders();
    const { adapter, read } = await fileIn(folder, FORMS[type]);
    const before = await read();
    const engine = await engineOf(settingsIn(folder, adapter));
    await writeSecret(engine, 'in-between');

    await writeSecret(engine, JANUARY.secret);

    expect(await read()).toEqual(before);
  });

  it('can be prepared without a byte of it, or a file beside it, being changed', async () => {
    const folder = await folders();
    const { adapter, read } = await fileIn(folder, FORMS[type]);
    const before = await read();
    const engine = await engineOf(settingsIn(folder, adapter));
    const { etag } = await engine.read();

    const answer = await engine.prepare(etag);

    expect([answer.etag, await read()]).toEqual([etag, before]);
  });
});
