import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { ConfigurationView } from '../../../agent/engine/contract.ts';
import type { Settings } from '../../../agent/settings/settings.ts';
import type { ReadSecret } from '../../../agent/transports/sqs/line.ts';
import { createRequests } from '../../../agent/transports/sqs/requests.ts';
import { AgentReply, type AgentRequest } from '../../../functions/credential/agent-line.ts';
import { serializeDocument } from '../../../functions/credential/document.ts';
import { secretFingerprint } from '../../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { configuration, TOKEN_URL } from '../../local/stand-ins/connector/fixture.ts';
import { engineOf, fileIn, linesOfLog, type Substitutes, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { AT_FIRST, bytesOf, CLIENT_ID, FORMS } from '../support/forms.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const HOST = 'id-of-this-host';
const NEW = 'secret-of-february';
const VERSION = '6f9b2f52-6c3e-4ad7-9b44-6a7f1d3a3c5e';
const COMMAND = fileURLToPath(new URL('../support/command-connector.ts', import.meta.url));

const at = (ms: number) => new Date(NOW + ms).toISOString();
const folders = temporaryFolders();
const documentText = (clientSecret: string) =>
  serializeDocument({
    accessTokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: new Secret(clientSecret),
    scope: 'openid microprofile-jwt',
  }).reveal();

const base = () =>
  ({
    v: 1,
    id: randomUUID(),
    agent: 'host-1',
    credential: 'acme-test',
    configuration: 'ifs-test',
    sentAt: at(0),
    notAfter: at(45_000),
  }) as const;
const reading = () => ({ ...base(), op: 'read' }) as const;
const writing = (ifMatch = '"x"') =>
  ({ ...base(), op: 'write', ifMatch, secretId: 'client-secret-rotation/acme-test', versionId: VERSION }) as const;

/** An agent that is asked by messages. */
async function setUp(
  options: {
    adapter?: object;
    overrides?: object;
    readSecret?: ReadSecret;
    now?: () => number;
    substitutes?: Substitutes;
  } = {},
) {
  const folder = await folders();
  const target = await fileIn(folder);
  const { log, lines } = linesOfLog();
  const settings: Settings = settingsIn(folder, options.adapter ?? target.adapter, { ...options.overrides });
  const asked: string[][] = [];
  const readSecret: ReadSecret = async (...args) => {
    asked.push(args);
    return (options.readSecret ?? (async () => new Secret(documentText(NEW))))(...args);
  };
  const engines = new Map([['ifs-test', await engineOf(settings, options.substitutes)]]);
  const answer = createRequests({ settings, host: HOST, engines, readSecret, log, now: options.now ?? (() => NOW) });
  const ask = async (request: object) => {
    const addressed = await answer(JSON.stringify(request));
    if (addressed) AgentReply.parse(addressed.reply);
    return addressed?.reply;
  };
  const etag = async () => (await ask(reading()))?.etag ?? '';
  return { ...target, answer, ask, asked, etag, lines, settings };
}

describe('a request over a line', () => {
  it('reads: the configuration with fingerprints, the ETag and the proof, to the queue of the credential', async () => {
    const { answer } = await setUp();
    const request = reading();

    const addressed = await answer(JSON.stringify(request));

    expect(addressed?.credential).toBe('acme-test');
    expect(addressed?.reply).toMatchObject({
      v: 1,
      id: request.id,
      host: HOST,
      status: 200,
      proof: 'written',
      etag: expect.stringMatching(/^".+"$/),
    });
  });

  it('prepares: 204, nothing changed, no secret asked for', async () => {
    const { ask, etag, read, asked } = await setUp();

    const reply = await ask({ ...base(), op: 'prepare', ifMatch: await etag() });

    expect([reply?.status, reply?.body, await read(), asked]).toEqual([204, undefined, bytesOf(FORMS.json), []]);
  });

  it('writes the one version that is named, read by the name of the own settings, and answers the new configuration', async () => {
    const { ask, etag, read, asked } = await setUp();
    const before = await etag();

    const reply = await ask(writing(before));

    expect(asked).toEqual([['client-secret-rotation/acme-test', VERSION]]);
    expect(await read()).toEqual(bytesOf(FORMS.json, { ...AT_FIRST, designTime: NEW, runtime: NEW, anna: NEW }));
    expect(reply).toMatchObject({
      status: 200,
      proof: 'written',
      body: { authentication: { runtime: { clientSecretFingerprint: secretFingerprint(new Secret(NEW)) } } },
    });
    expect(reply?.etag).not.toBe(before);
    expect(JSON.stringify(reply)).not.toContain(NEW);
  });

  it('that comes twice is carried out once, and gets the same answer', async () => {
    const { answer, asked, etag } = await setUp();
    const text = JSON.stringify(writing(await etag()));

    const [first, second] = await Promise.all([answer(text), answer(text)]);
    const third = await answer(text);

    expect([first?.reply.status, second, third, asked.length]).toEqual([200, first, first, 1]);
  });

  it.each<[string, Partial<AgentRequest>, number, string]>([
    ['another agent', { agent: 'host-2' }, 409, 'wrong-agent'],
    ['another host', { host: 'id-of-the-other-host' }, 409, 'another-host'],
    ['a configuration that is not there', { configuration: 'ifs-prod' }, 404, 'configuration-unknown'],
    ["another credential's secret", { secretId: 'client-secret-rotation/other' } as never, 403, 'secret-mismatch'],
    [
      "another secret's ARN",
      { secretId: 'arn:aws:secretsmanager:eu-north-1:111122223333:secret:other-AbCdEf' } as never,
      403,
      'secret-mismatch',
    ],
    ['an ETag of before', {}, 412, 'configuration-changed'],
  ])('for %s is refused, and nothing changes', async (_, part, status, code) => {
    const { ask, read } = await setUp();

    const reply = await ask({ ...writing(), ...part });

    expect(reply).toMatchObject({ status, problem: { code } });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it('of a credential for the configuration of another one is refused, to the queue of the one that asked', async () => {
    const { answer, read, settings, asked } = await setUp();
    const [own] = settings.configurations;
    if (own) settings.configurations.push({ ...own, name: 'ifs-prod', credential: 'acme-prod' });

    const addressed = await answer(JSON.stringify({ ...writing('*'), credential: 'acme-prod' }));

    expect(addressed).toMatchObject({
      credential: 'acme-prod',
      reply: { status: 403, problem: { code: 'credential-mismatch' } },
    });
    expect([await read(), asked]).toEqual([bytesOf(FORMS.json), []]);
  });

  it("takes the secret's ARN for its name", async () => {
    const { ask, etag } = await setUp();
    const secretId = 'arn:aws:secretsmanager:eu-north-1:111122223333:secret:client-secret-rotation/acme-test-AbCdEf';

    expect(await ask({ ...writing(await etag()), secretId })).toMatchObject({ status: 200 });
  });

  it.each([
    ['is no JSON', 'x'],
    ['has a member too many', JSON.stringify({ ...reading(), command: 'rm' })],
    ['is of another version', JSON.stringify({ ...reading(), v: 2 })],
    ['names a credential that the settings do not have', JSON.stringify({ ...reading(), credential: 'other' })],
    ['is past its time', JSON.stringify({ ...reading(), sentAt: at(-50_000), notAfter: at(-5000) })],
  ])('that %s is dropped, with a line in the log', async (_, text) => {
    const { answer, lines } = await setUp();

    expect(await answer(text)).toBeUndefined();
    expect(lines).toHaveLength(1);
  });

  it('whose clock differs by ten minutes is refused to write, loudly, and may read', async () => {
    const { ask, etag, lines, read } = await setUp();
    const skewed = { sentAt: at(-600_000), notAfter: at(-555_000) };

    expect(await ask({ ...writing(await etag()), ...skewed })).toMatchObject({
      status: 503,
      problem: { code: 'clock-skew' },
    });
    expect(await ask({ ...reading(), ...skewed })).toMatchObject({ status: 200 });
    expect(lines.filter((line) => line.includes('"error"') && line.includes('clock-skew')).length).toBeGreaterThan(0);
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it('whose time is over once the change is ready changes nothing', async () => {
    let now = NOW;
    const readSecret = async () => {
      now = NOW + 45_001;
      return new Secret(documentText(NEW));
    };
    const { ask, etag, read } = await setUp({ now: () => now, readSecret });

    expect(await ask(writing(await etag()))).toMatchObject({ status: 503, problem: { code: 'request-expired' } });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it.each([
    ['no document', `{"clientSecret":"${NEW}"}`, 400, 'document-invalid'],
    ['a document of another client', documentText(NEW).replace(CLIENT_ID, 'another'), 400, 'section-not-found'],
    ["another environment's document", documentText(NEW).replace('acmeprod', 'acmetest'), 400, 'section-not-found'],
  ])('for a version that holds %s is refused without repeating it', async (_, text, status, code) => {
    const { ask, etag, read, lines } = await setUp({ readSecret: async () => new Secret(text) });

    const reply = await ask(writing(await etag()));

    expect(reply).toMatchObject({ status, problem: { code } });
    expect(JSON.stringify([reply, lines])).not.toContain(NEW);
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it('writes the other one of two clients that alternate, where the settings know both', async () => {
    const other = 'NC_Flow_Second';
    const options = { readSecret: async () => new Secret(documentText(NEW).replace(CLIENT_ID, other)) };
    const knowing = await setUp({ ...options, overrides: { clientIds: [CLIENT_ID, other] } });

    const reply = await knowing.ask(writing(await knowing.etag()));

    expect(reply).toMatchObject({
      status: 200,
      body: { authentication: { runtime: { clientId: other }, machineUsers: { bo: { clientId: 'other' } } } },
    });
  });
});

describe('a store that cannot read its secrets back', () => {
  async function blind() {
    const folder = await folders();
    const file = join(folder, 'stored.json');
    await writeFile(file, JSON.stringify(configuration()));
    const world = await setUp({ adapter: { type: 'command', command: [process.execPath, COMMAND, file, 'blind'] } });
    const fingerprint = async () => {
      const body = (await world.ask(reading()))?.body as ConfigurationView;
      return body.authentication.runtime?.clientSecretFingerprint;
    };
    return { ...world, stored: file, fingerprint };
  }

  it('shows no fingerprint at first, that of the written secret after a write, and none once somebody else has written', async () => {
    const { ask, etag, fingerprint, stored } = await blind();
    expect(await fingerprint()).toBeNull();

    expect(await ask(writing(await etag()))).toMatchObject({ status: 200 });
    expect(await fingerprint()).toBe(secretFingerprint(new Secret(NEW)));

    await writeFile(stored, JSON.stringify(configuration()));
    expect(await fingerprint()).toBeNull();
  });
});
