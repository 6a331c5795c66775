import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AgentReply } from '../../functions/credential/agent-line.ts';
import { serializeDocument } from '../../functions/credential/document.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { fileIn } from './support/agent.ts';
import { type FakeAws, startAws } from './support/aws.ts';
import { temporaryFolders } from './support/folder.ts';
import { AT_FIRST, bytesOf, CLIENT_ID, FORMS } from './support/forms.ts';
import { type AgentProcess, startAgent } from './support/process.ts';

const REQUESTS = 'client-secret-rotation-agent-host-1';
const REPLIES = 'client-secret-rotation-replies-acme-test';
const SECRET = 'client-secret-rotation/acme-test';
const NEW = 'canary-of-february';
const document = serializeDocument({
  accessTokenUrl: TOKEN_URL,
  clientId: CLIENT_ID,
  clientSecret: new Secret(NEW),
  scope: 'openid microprofile-jwt',
});

/** What every request has. */
const base = () => ({
  v: 1,
  id: randomUUID(),
  agent: 'host-1',
  credential: 'acme-test',
  configuration: 'ifs-test',
  sentAt: new Date().toISOString(),
  notAfter: new Date(Date.now() + 55_000).toISOString(),
});

const folders = temporaryFolders();

describe('an agent process on queues', () => {
  let aws: FakeAws | undefined;
  let agent: AgentProcess | undefined;
  afterEach(async () => {
    await agent?.end('SIGKILL');
    await aws?.close();
  });

  async function setUp({ down = false } = {}) {
    const folder = await folders();
    const { adapter, read } = await fileIn(folder);
    const configurations = [
      {
        name: 'ifs-test',
        credential: 'acme-test',
        adapter,
        restart: { command: ['/bin/sh', '-c', `env > ${folder}/environment`] },
      },
    ];
    const settings = {
      name: 'host-1',
      region: 'eu-north-1',
      state: join(folder, 'state'),
      transports: { sqs: true },
      configurations,
    };
    await writeFile(join(folder, 'agent.json'), JSON.stringify(settings));
    const versionId = randomUUID();
    const line = await startAws({ [`${SECRET} ${versionId}`]: document.reveal() });
    line.down = down;
    aws = line;
    const env = { AWS_ENDPOINT_URL: line.url, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'canary-of-aws' };
    const process = await startAgent(join(folder, 'agent.json'), env);
    agent = process;
    const ask = async (part: object) => {
      const id = randomUUID();
      line.send(REQUESTS, JSON.stringify({ ...base(), id, ...part }));
      const reply = AgentReply.parse(JSON.parse(await line.next(REPLIES)));
      expect(reply.id).toBe(id);
      return reply;
    };
    return { folder, read, line, process, ask, versionId };
  }

  it('reads, prepares and writes; nothing stays on the queue, and SIGTERM ends it in the midst of a poll', async () => {
    const { read, line, process, ask, versionId } = await setUp();

    const { etag: ifMatch } = await ask({ op: 'read' });
    const prepared = await ask({ op: 'prepare', ifMatch });
    const written = await ask({ op: 'write', ifMatch, secretId: SECRET, versionId });
    await line.polled(REQUESTS);
    await process.end('SIGTERM');

    expect([prepared.status, written.status, written.proof]).toEqual([204, 200, 'loaded']);
    expect(await read()).toEqual(bytesOf(FORMS.json, { ...AT_FIRST, designTime: NEW, runtime: NEW, anna: NEW }));
    await line.emptied();
    expect(process.output()).toContain('"event":"ended"');
    expect(process.output()).not.toContain(NEW);
  });

  it('leaves the file as it is whatever is forged, late or sent by a wrong clock; and says so', async () => {
    const { read, line, process, ask, versionId } = await setUp();
    const { etag: ifMatch } = await ask({ op: 'read' });
    const write = { op: 'write', ifMatch, secretId: SECRET, versionId };
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const skewed = { sentAt: at(-600_000), notAfter: at(-545_000) };
    const refused: [object, number, string][] = [
      [{ ...write, secretId: 'client-secret-rotation/other' }, 403, 'secret-mismatch'],
      [{ ...write, agent: 'host-2' }, 409, 'wrong-agent'],
      [{ ...write, host: 'of-another-machine' }, 409, 'another-host'],
      [{ ...write, configuration: '../../etc' }, 404, 'configuration-unknown'],
      [{ ...write, versionId: randomUUID() }, 400, 'document-invalid'],
      [{ ...write, ifMatch: '"forged"' }, 412, 'configuration-changed'],
      [{ ...write, ...skewed }, 503, 'clock-skew'],
      [{ ...write, sentAt: at(600_000), notAfter: at(655_000) }, 503, 'clock-skew'],
    ];
    for (const [part, status, code] of refused) expect(await ask(part)).toMatchObject({ status, problem: { code } });
    const dropped = ['', 'x', '[]', JSON.stringify({ ...write, command: ['rm'] }), JSON.stringify({ v: 1, ...write })];
    for (const body of dropped) line.send(REQUESTS, body);
    line.send(REQUESTS, JSON.stringify({ ...base(), ...write, sentAt: at(-50_000), notAfter: at(-5000) }));
    line.send(REQUESTS, JSON.stringify({ ...base(), ...write, credential: 'acme-other' }));

    expect((await ask({ op: 'read' })).status).toBe(200);
    await line.polled(REQUESTS);
    await line.emptied();
    expect(await read()).toEqual(bytesOf(FORMS.json));
    const events = process
      .output()
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text));
    const count = (event: string) => events.filter((one) => one.event === event).length;
    expect([count('request-invalid'), count('request-expired'), count('credential-unknown')]).toEqual([5, 1, 1]);
    expect(events.filter(({ level, event }) => level === 'error' && event === 'clock-skew')).toHaveLength(2);
  });

  it('keeps its AWS variables from what it starts', async () => {
    const { folder, ask, versionId } = await setUp();
    const { etag: ifMatch } = await ask({ op: 'read' });
    await ask({ op: 'write', ifMatch, secretId: SECRET, versionId });
    const environment = await readFile(join(folder, 'environment'), 'utf8');
    expect(environment).toContain('PATH=');
    expect(environment).not.toMatch(/AWS|canary/);
  });

  it('outlasts an outage of SQS', async () => {
    const { line, process, ask } = await setUp({ down: true });
    while (!process.output().includes('line-down')) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(line.refused).toBeGreaterThan(0);
    line.down = false;

    expect((await ask({ op: 'read' })).status).toBe(200);
    expect(process.output()).toContain('line-restored');
  });
});
