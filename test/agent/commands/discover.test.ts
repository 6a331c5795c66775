import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { discover } from '../../../agent/commands/discover.ts';
import { secretFingerprint } from '../../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { TOKEN_URL } from '../../local/stand-ins/connector/fixture.ts';
import { engineOf, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { CLIENT_ID } from '../support/forms.ts';
import { writeSecret } from '../support/writes.ts';

const MARKER = 'markerA1b2C3d4E5f6G7h8';
const folders = temporaryFolders();

/** Discovers in a folder in which a person changes something. */
async function discoverIn(folder: string, change: () => Promise<unknown>) {
  const lines: string[] = [];
  const found = await discover(
    { clientId: CLIENT_ID, folder },
    { print: (line) => lines.push(line), waitForEnter: async () => void (await change()), newMarker: () => MARKER },
  );
  const text = lines.join('\n');
  const [, adapter] = /^"adapter": (\{[\s\S]*?^\})/m.exec(text) ?? [];
  return { found, text, adapter: adapter === undefined ? undefined : (JSON.parse(adapter) as object) };
}

const json = (secret: string) =>
  `{ "auth": { "designTime": { "grant": "client_credentials", "url": "${TOKEN_URL}", "id": "${CLIENT_ID}", "secret": "${secret}", "scope": "openid microprofile-jwt" },
    "runtime": { "flow": "ClientCredentials", "url": "${TOKEN_URL}", "id": "${CLIENT_ID}", "secret": "${secret}", "scope": "openid microprofile-jwt" } } }`;
const xml = (secret: string) =>
  `<configuration><appSettings><add key="Flow.TokenUrl" value="${TOKEN_URL}"/><add key="Flow.ClientId" value="${CLIENT_ID}"/><add key="Flow.Secret" value="${secret}"/><add key="Flow.Scopes" value="openid microprofile-jwt"/></appSettings></configuration>`;
const ini = (secret: string) =>
  `[other]\nSecret=x\n[flow]\nTokenUrl=${TOKEN_URL}\nClientId=${CLIENT_ID}\nSecret=${secret}\nScopes=openid microprofile-jwt\n`;
const env = (secret: string) =>
  `TOKEN_URL="${TOKEN_URL}"\nCLIENT_ID=${CLIENT_ID}\nCLIENT_SECRET=${secret}\nSCOPES="openid microprofile-jwt"\n`;

describe('agent discover', () => {
  it.each([
    ['json', json],
    ['xml', xml],
    ['an ini', ini],
    ['an env', env],
  ] as const)('proposes an adapter for %s file with which the agent then reads and writes it', async (_, text) => {
    const folder = await folders();
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'same.txt'), 'as before');
    const file = join(folder, 'data', 'connector.config');
    await writeFile(file, text('secret-of-before'));

    const { found, adapter, text: said } = await discoverIn(join(folder, 'data'), () => writeFile(file, text(MARKER)));

    expect(found).toBe(true);
    expect(said).not.toContain('same.txt');
    const engine = await engineOf(settingsIn(folder, adapter ?? {}));
    const { body } = await engine.read();
    expect(body.authentication.runtime).toMatchObject({
      clientId: CLIENT_ID,
      accessTokenUrl: TOKEN_URL,
      clientSecretFingerprint: secretFingerprint(new Secret(MARKER)),
    });
    const written = await writeSecret(engine, 'newer');
    expect(written.body.authentication.designTime?.clientSecretFingerprint).toBe(
      secretFingerprint(new Secret('newer')),
    );
  });

  it.each([
    ['in Base64', Buffer.from(MARKER).toString('base64'), /as Base64 of UTF-8/],
    ['in Base64 of UTF-16', Buffer.from(MARKER, 'utf16le').toString('base64'), /as Base64 of UTF-16/],
    ['encrypted', 'AQAAANCMnd8BFdERjHoAwE', /the marker is not in it/],
  ])('finds a secret that lies %s, and says which ways are left', async (_, stored, message) => {
    const folder = await folders();
    const { found, text } = await discoverIn(folder, () =>
      writeFile(join(folder, 'connector.json'), JSON.stringify({ secret: stored })),
    );
    expect(found).toBe(false);
    expect(text).toMatch(message);
    expect(text).toContain('"via": "manual"');
  });

  it('finds UTF-16 files', async () => {
    const folder = await folders();
    const { adapter } = await discoverIn(folder, () =>
      writeFile(join(folder, 'connector.json'), `\uFEFF${json(MARKER)}`, 'utf16le'),
    );
    expect(adapter).toMatchObject({
      type: 'json',
      encoding: 'utf-16le',
      sections: { runtime: { clientSecret: '/auth/runtime/secret' } },
    });
  });
});
