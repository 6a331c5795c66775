import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type Listening, listen } from '../../agent/transports/listen/listen.ts';
import { createFetch, type Fetch } from '../../functions/adapters/http/fetch.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { connectorProbe } from '../../local/conformance/probe.ts';
import { RULES } from '../../local/conformance/rules.ts';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { connectorContract } from '../contracts/connector.ts';
import { configuration, engineWith, section } from '../local/stand-ins/connector/fixture.ts';
import { engineOf, fileIn, linesOfLog, settingsIn } from './support/agent.ts';
import { FORMS } from './support/forms.ts';
import { overMessages } from './support/messages.ts';

const COMMAND = fileURLToPath(new URL('support/command-connector.ts', import.meta.url));
const TOKEN = 'token-of-the-agent';
const machineUsers = { anna: section(), bo: section({ clientId: 'other' }) };

/** What each adapter needs in a folder; gives the adapter, and how the configuration's process loads. */
const ADAPTERS: Record<string, (folder: string) => Promise<{ adapter: object; overrides?: object }>> = {
  'json, and a connector that loads by itself': async (folder) => ({
    ...(await fileIn(folder, FORMS.json)),
    overrides: { hotReload: true },
  }),
  'xml, and a restart': async (folder) => ({
    ...(await fileIn(folder, FORMS.xml)),
    overrides: { restart: { command: ['true'] } },
  }),
  text: async (folder) => fileIn(folder, FORMS.text),
  'command, which tells the secrets': async (folder) => ({ adapter: await commandIn(folder, 'open') }),
  'command, which tells a revision and no secret': async (folder) => ({ adapter: await commandIn(folder, 'blind') }),
  'http, and a reload': async (folder) => ({
    adapter: await serverIn(folder),
    overrides: { reload: { command: ['true'] } },
  }),
};

let beside: Server | undefined;

async function commandIn(folder: string, how: string): Promise<object> {
  const file = join(folder, 'stored.json');
  await writeFile(file, JSON.stringify(configuration({ machineUsers })));
  return { type: 'command', command: [process.execPath, COMMAND, file, how] };
}

async function serverIn(folder: string): Promise<object> {
  beside = await serve(connectorHandler(engineWith({ machineUsers }), { access: bearerAccess('T-1') }));
  const tokenFile = join(folder, 'inner-token');
  await writeFile(tokenFile, 'T-1\n');
  return { type: 'http', url: `${beside.url}/odata-connector/configurations/ifs-production`, tokenFile };
}

/** The engine of an adapter, in a folder that is removed at the end. */
async function engineIn(folder: string, name: string) {
  const { adapter, overrides } = (await ADAPTERS[name]?.(folder)) ?? { adapter: {} };
  const settings = settingsIn(folder, adapter, { ...overrides });
  const engine = await engineOf(settings);
  await engine.start();
  return { settings, engines: new Map([['ifs-test', engine]]) };
}

async function cleanUp(folder: string): Promise<void> {
  await beside?.close();
  beside = undefined;
  await rm(folder, { recursive: true });
}

const newSecret = () => randomBytes(32).toString('base64url');

describe.each(Object.keys(ADAPTERS))('the agent over listen, adapter %s', (name) => {
  let folder: string;
  let server: Listening;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-'));
    const { engines } = await engineIn(folder, name);
    server = await listen({ port: 0, token: new Secret(TOKEN), engines, log: linesOfLog().log });
  });
  afterAll(async () => {
    await server.close();
    await cleanUp(folder);
  });

  const fetch = createFetch({ allowedHosts: ['127.0.0.1'], local: true, timeoutMs: 60_000 });
  connectorContract(() =>
    connectorProbe(
      { url: `${server.url}/odata-connector/configurations/ifs-test`, authorization: `Bearer ${TOKEN}` },
      { fetch, newSecret },
    ),
  );
});

/** Rules that a line of messages can't break: who may call is the queue's business, and a document goes into every section of ours. */
const NOT_OF_A_LINE = /access|token is refused|PATCH of one section/;

describe.each(Object.keys(ADAPTERS))('the agent over messages, adapter %s', (name) => {
  let folder: string;
  let fetch: Fetch;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-'));
    fetch = await overMessages(await engineIn(folder, name));
  });
  afterAll(() => cleanUp(folder));

  it.each(RULES.filter(({ title }) => !NOT_OF_A_LINE.test(title)).map((rule) => [rule.title, rule] as const))(
    '%s',
    (_title, { check }) =>
      check(connectorProbe({ url: 'https://line.example.com/ifs-test', authorization: 'none' }, { fetch, newSecret })),
  );
});
