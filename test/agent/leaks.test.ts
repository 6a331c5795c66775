import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { ECHOES, traceIn } from '../support/encodings.ts';
import { engineOf, fileIn, linesOfLog, settingsIn } from './support/agent.ts';
import { temporaryFolders } from './support/folder.ts';
import { AT_FIRST, CLIENT_ID, FORMS } from './support/forms.ts';
import { startAgent } from './support/process.ts';
import { writeSecret } from './support/writes.ts';

const OLD = 'canary-old-Zq81xV';
const NEW = 'canary-new-Hk42yW';
const TOKEN = 'canary-token-Pp17zT';
const SECRETS = [OLD, NEW];

const folders = temporaryFolders();
const withOld = { ...AT_FIRST, designTime: OLD, runtime: OLD, anna: OLD };

/** Everything in a folder, as one text. */
async function contentOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'latin1')}`))).join('\n');
}

describe('no secret is told by an agent that runs', () => {
  it('neither in its log, its state folder, its arguments nor its environment, nor in those of what it starts', async () => {
    const folder = await folders();
    const { adapter } = await fileIn(folder, FORMS.json, withOld);
    const seen = join(folder, 'seen-by-restart');
    const restart = {
      command: [
        '/bin/sh',
        '-c',
        `cat /proc/$PPID/cmdline /proc/self/cmdline /proc/self/environ > ${seen}; cp -r ${join(folder, 'state')} ${join(folder, 'state-in-between')}`,
      ],
    };
    const settings = {
      name: 'host-1',
      state: join(folder, 'state'),
      transports: { listen: { port: 0, tokenFile: join(folder, 'token') } },
      configurations: [{ name: 'ifs-test', credential: 'acme-test', adapter, restart }],
    };
    await writeFile(join(folder, 'token'), TOKEN);
    await writeFile(join(folder, 'agent.json'), JSON.stringify(settings));
    const agent = await startAgent(join(folder, 'agent.json'));
    const url = `${agent.url}/odata-connector/configurations/ifs-test`;
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/merge-patch+json' };
    const read = await fetch(url, { headers });
    const values = { clientId: CLIENT_ID, clientSecret: NEW, accessTokenUrl: TOKEN_URL, scopes: 'openid' };
    const patch = (body: string, etag = read.headers.get('etag') ?? '') =>
      fetch(url, { method: 'PATCH', headers: { ...headers, 'if-match': etag }, body });

    const broken = await patch(JSON.stringify({ authentication: { runtime: { ...values, scopes: null, [NEW]: 1 } } }));
    const halved = await patch(JSON.stringify({ authentication: { runtime: values } }).slice(0, -4));
    const stale = await patch(JSON.stringify({ authentication: { runtime: values } }), '"old"');
    const done = await patch(JSON.stringify({ authentication: { designTime: values, runtime: values } }));
    const texts = await Promise.all([broken, halved, stale, done].map((response) => response.text()));
    const proc = await Promise.all(
      ['cmdline', 'environ'].map((name) => readFile(`/proc/${agent.pid}/${name}`, 'latin1')),
    );
    await agent.end('SIGTERM');

    expect([broken.status, halved.status, stale.status, done.status]).toEqual([400, 400, 412, 200]);
    const inBetween = join(folder, 'state-in-between', 'ifs-test');
    expect(existsSync(join(inBetween, 'journal.json'))).toBe(true);
    expect(traceIn(await readFile(join(inBetween, 'journal.json'), 'utf8'), SECRETS)).toBeUndefined();
    expect(traceIn(await readFile(join(inBetween, 'backup'), 'utf8'), [NEW])).toBeUndefined();
    const told = [
      agent.output(),
      ...texts,
      ...proc,
      await contentOf(join(folder, 'state')),
      await readFile(seen, 'latin1'),
    ].join('\n');
    expect(traceIn(told, [...SECRETS, TOKEN])).toBeUndefined();
    expect(agent.output()).toContain('"event":"answered"');
  }, 60_000);
});

describe('no secret is told by a failure', () => {
  it.each<[string, object]>([
    ['a restart that fails', { restart: { command: ['false'] } }],
    ['a token that is refused, with the secret in the answer', { tokenCheck: true }],
  ])('%s', async (_, overrides) => {
    const folder = await folders();
    const { adapter } = await fileIn(folder, FORMS.xml, withOld);
    const { log, lines } = linesOfLog();
    const fetch = async () =>
      Response.json(
        {
          error: NEW,
          error_description: Object.values(ECHOES)
            .map((echo) => echo(NEW, ''))
            .join(' '),
        },
        { status: 400 },
      );
    const engine = await engineOf(settingsIn(folder, adapter, { ...overrides }), { log, fetch });

    const error = await writeSecret(engine, NEW).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name: 'AgentError' });
    expect(
      traceIn([inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), ...lines].join('\n'), SECRETS),
    ).toBeUndefined();
    expect(traceIn(await contentOf(join(folder, 'state')), SECRETS)).toBeUndefined();
  });
});
