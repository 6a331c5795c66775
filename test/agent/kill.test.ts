import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { JANUARY, TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { fileIn } from './support/agent.ts';
import { temporaryFolders } from './support/folder.ts';
import { AT_FIRST, bytesOf, CLIENT_ID, FORMS } from './support/forms.ts';
import { startAgent } from './support/process.ts';

const TOKEN = 'token-of-the-agent';
/** Milliseconds after the request. Wherever a kill falls, the promise is the same. */
const MOMENTS = [0, 4, 8, 12, 16, 22, 30, 45, 70, 110];

const folders = temporaryFolders();

/** An agent's settings, and a connector that "loads" the file by copying it. */
async function setUp() {
  const folder = await folders();
  const { file, adapter, read } = await fileIn(folder);
  const loaded = join(folder, 'loaded');
  const settings = {
    name: 'host-1',
    state: join(folder, 'state'),
    transports: { listen: { port: 0, tokenFile: join(folder, 'token') } },
    configurations: [
      { name: 'ifs-test', credential: 'acme-test', adapter, restart: { command: ['cp', file, loaded] } },
    ],
  };
  await writeFile(join(folder, 'token'), TOKEN);
  await writeFile(join(folder, 'agent.json'), JSON.stringify(settings));
  return { folder, loaded, read, settingsFile: join(folder, 'agent.json') };
}

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/merge-patch+json' };
const urlOf = (server: string) => `${server}/odata-connector/configurations/ifs-test`;

async function readFrom(server: string) {
  const response = await fetch(urlOf(server), { headers });
  const body = (await response.json()) as {
    proof: string;
    authentication: { runtime: { clientSecretFingerprint: string } };
  };
  return {
    etag: response.headers.get('etag') ?? '',
    proof: body.proof,
    fingerprint: body.authentication.runtime.clientSecretFingerprint,
  };
}

/** Sends a write of a secret; gives the status, or undefined when no answer came. */
async function patch(server: string, etag: string, clientSecret: string): Promise<number | undefined> {
  const values = { clientId: CLIENT_ID, clientSecret, accessTokenUrl: TOKEN_URL, scopes: 'openid microprofile-jwt' };
  const body = JSON.stringify({
    authentication: { designTime: values, runtime: values, machineUsers: { anna: values } },
  });
  return fetch(urlOf(server), { method: 'PATCH', headers: { ...headers, 'if-match': etag }, body }).then(
    ({ status }) => status,
    () => undefined,
  );
}

describe('an agent that is killed', () => {
  it('at any moment of a write leaves the file wholly old or wholly new, and comes to rest at the next start', async () => {
    const world = await setUp();
    const etags = new Set<string>();
    let held = JANUARY.secret;
    for (const [index, moment] of MOMENTS.entries()) {
      const next = `secret-number-${index}`;
      const agent = await startAgent(world.settingsFile);
      const { etag, fingerprint } = await readFrom(agent.url);
      expect(fingerprint).toBe(secretFingerprint(new Secret(held)));
      etags.add(etag);
      const answer = patch(agent.url, etag, next);
      await wait(moment);
      await agent.end('SIGKILL');
      const status = await answer;

      const whole = (secret: string) =>
        bytesOf(FORMS.json, { ...AT_FIRST, designTime: secret, runtime: secret, anna: secret });
      const left = await world.read();
      expect([whole(held), whole(next)]).toContainEqual(left);
      if (left.equals(whole(next))) held = next;
      if (status === 200) expect(held).toBe(next);
    }

    const agent = await startAgent(world.settingsFile);
    const at = await readFrom(agent.url);
    await agent.end('SIGTERM');

    expect(at.fingerprint).toBe(secretFingerprint(new Secret(held)));
    expect(etags.size).toBeGreaterThanOrEqual(1);
    if (existsSync(world.loaded)) expect(await readFile(world.loaded)).toEqual(await world.read());
    expect((await readdir(join(world.folder, 'state', 'ifs-test'))).filter((name) => name !== 'state.json')).toEqual(
      [],
    );
    expect((await readdir(world.folder)).filter((name) => name.includes('agent-new'))).toEqual([]);
  }, 180_000);

  it('holds its state folder no longer, and one that runs does', async () => {
    const world = await setUp();
    const first = await startAgent(world.settingsFile);
    await expect(startAgent(world.settingsFile)).rejects.toThrow(/One agent per folder/);
    await first.end('SIGKILL');

    const second = await startAgent(world.settingsFile);
    await second.end('SIGTERM');

    expect(second.output()).toContain('"event":"ended"');
  }, 120_000);
});
