import { describe, expect, it } from '@jest/globals';
import { lineFault } from '../../../../functions/adapters/agent-connector/line-errors.ts';
import { queueUrls } from '../../../../functions/adapters/agent-connector/queues.ts';
import type { AgentReply } from '../../../../functions/credential/agent-line.ts';
import { serializeDocument } from '../../../../functions/credential/document.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { ConfigurationChangedError } from '../../../../functions/ports/connector.ts';
import { AgentStandIn } from '../../../../local/stand-ins/agent/agent.ts';
import { serveAgent } from '../../../../local/stand-ins/agent/serve.ts';
import { ConnectorEngine } from '../../../../local/stand-ins/connector/engine.ts';
import { configuration, JANUARY, TOKEN_URL, UMLAUT } from '../../../local/stand-ins/connector/fixture.ts';
import { AGENT, CREDENTIAL, createBench, PREFIX } from '../../../support/agent-bench.ts';

const REQUESTS = `${PREFIX}-agent-${AGENT}`;
const REPLIES = `${PREFIX}-replies-${CREDENTIAL}`;
const VERSION = {
  id: 'version-2',
  document: {
    accessTokenUrl: TOKEN_URL,
    clientId: 'NC_Flow_ClientCredentials',
    clientSecret: new Secret(UMLAUT.secret),
    scope: 'openid microprofile-jwt',
  },
};
const OTHERS_ID = '99999999-9999-4999-8999-999999999999';

function bench(options: Parameters<typeof createBench>[0] = {}) {
  const made = createBench(options);
  made.engine.configure('ifs', configuration());
  made.versions.set(VERSION.id, serializeDocument(VERSION.document).reveal());
  const connector = made.portOn('ifs');
  return { ...made, connector, held: () => made.engine.secretOf('ifs', 'runtime') };
}

/** An agent that answers each request with one reply. */
function answering(reply: Omit<AgentReply, 'v' | 'id' | 'host'>) {
  const made = bench();
  made.served.stop();
  made.sqs.listen((name) => {
    if (name !== REQUESTS) return;
    for (const { Body = '' } of take(made)) {
      made.sqs.send(REPLIES, JSON.stringify({ v: 1, id: JSON.parse(Body).id, host: 'host-1', ...reply }));
    }
  });
  return made;
}

function take({ sqs }: Pick<ReturnType<typeof createBench>, 'sqs'>, queue = REQUESTS) {
  return sqs
    .find(queue)
    .receive({ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, MessageSystemAttributeNames: [] });
}

const sentRequests = ({ calls }: ReturnType<typeof bench>) =>
  calls
    .filter(({ name }) => name.startsWith('sqs SendMessage'))
    .map(({ sent }) => JSON.parse(JSON.parse(sent).MessageBody));

describe('what goes over the line', () => {
  it('names the version that is to be written, and never holds its secret', async () => {
    const made = bench();
    await made.connector.write(await made.connector.read(), VERSION);
    expect(made.held()).toBe(UMLAUT.secret);
    expect(sentRequests(made)).toEqual([
      expect.objectContaining({ op: 'read', agent: AGENT, credential: CREDENTIAL, configuration: 'ifs' }),
      expect.objectContaining({ op: 'write', secretId: 'csr/acme-prod', versionId: 'version-2', ifMatch: '"bench.1"' }),
    ]);
    expect(JSON.stringify(made.calls)).not.toContain(UMLAUT.secret);
  });

  it('says until when somebody waits: as long as the settings allow', async () => {
    const made = bench();
    await made.portOn('ifs', { timeout: 'PT20S' }).read();
    const [{ sentAt, notAfter }] = sentRequests(made);
    expect(Date.parse(notAfter) - Date.parse(sentAt)).toBe(20_000);
  });

  it('tells the proof that the agent gives', async () => {
    expect(await bench().connector.read()).toMatchObject({ proof: 'loaded', etag: '"bench.1"' });
  });

  it('leaves nothing in the queues', async () => {
    const made = bench();
    await made.connector.write(await made.connector.read(), VERSION);
    for (const queue of [REQUESTS, REPLIES]) {
      expect(made.sqs.find(queue).counts()).toEqual({ visible: 0, hidden: 0 });
    }
  });
});

describe('no reply', () => {
  it('is connector-timeout once the time is over, and what was asked for is dropped by the agent', async () => {
    const made = bench();
    const read = await made.connector.read();
    made.served.stop();
    const begin = made.now();
    await expect(made.connector.write(read, VERSION)).rejects.toMatchObject({
      code: 'connector-timeout',
      inDoubt: true,
    });
    const waited = made.now() - begin;
    expect(waited).toBeGreaterThanOrEqual(45_000);
    expect(waited).toBeLessThan(46_000);
    await made.served.take();
    expect(made.held()).toBe(JANUARY.secret);
  });

  it('that comes late is deleted, and the next question gets its own', async () => {
    const made = bench();
    made.served.stop();
    await expect(made.portOn('ifs', { timeout: 'PT5S' }).read()).rejects.toMatchObject({ code: 'connector-timeout' });
    const [{ id }] = sentRequests(made);
    made.sqs.send(REPLIES, JSON.stringify({ v: 1, id, status: 404 }));
    await expect(made.connector.read()).rejects.toMatchObject({ code: 'connector-timeout' });
    expect(made.calls.filter(({ name }) => name === `sqs DeleteMessage ${REPLIES}`)).toHaveLength(1);
    expect(made.sqs.find(REPLIES).counts()).toEqual({ visible: 0, hidden: 0 });
  });
});

describe('a reply', () => {
  it('to another run of the credential is put back at once, as long as it is fresh', async () => {
    const made = bench();
    made.sqs.send(REPLIES, JSON.stringify({ v: 1, id: OTHERS_ID, status: 204 }));
    await made.connector.read();
    expect(take(made, REPLIES).map(({ Body = '' }) => JSON.parse(Body).id)).toEqual([OTHERS_ID]);
    expect(made.calls.filter(({ name }) => name === `sqs ChangeMessageVisibility ${REPLIES}`)).not.toEqual([]);
  });

  it('that is none is deleted', async () => {
    const made = bench();
    made.sqs.send(REPLIES, 'not JSON');
    await made.connector.read();
    expect(take(made, REPLIES)).toEqual([]);
  });

  it('of another form is connector-invalid; of a write it leaves open whether it was carried out', async () => {
    const made = answering({ status: 299 as 200 });
    await expect(made.connector.read()).rejects.toMatchObject({ code: 'connector-invalid' });
    const write = made.connector.write({ etag: '"x"', sections: [], sectionsSkipped: 0, proof: 'loaded' }, VERSION);
    await expect(write).rejects.toMatchObject({ code: 'connector-unavailable', inDoubt: true });
  });

  it('that comes once more is deleted', async () => {
    const made = bench();
    await made.connector.read();
    const [{ id }] = sentRequests(made);
    made.sqs.send(REPLIES, JSON.stringify({ v: 1, id, status: 404 }));
    expect((await made.connector.read()).etag).toBe('"bench.1"');
    expect(made.sqs.find(REPLIES).counts()).toEqual({ visible: 0, hidden: 0 });
  });

  it('to another run is deleted once its time is over', async () => {
    const made = bench();
    // A queue that keeps what SQS would have dropped.
    made.sqs.create('kept', { MessageRetentionPeriod: '600' });
    made.sqs.send('kept', JSON.stringify({ v: 1, id: OTHERS_ID, status: 204 }));
    made.advance(60_001);
    made.intercept(async (name, perform) => {
      if (name !== `sqs ReceiveMessage ${REPLIES}`) return await perform();
      const [stale] = made.sqs.find('kept').receive({
        QueueUrl: 'kept',
        MaxNumberOfMessages: 1,
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      return stale ? Response.json({ Messages: [stale] }) : await perform();
    });
    await made.connector.read();
    expect(made.calls.map(({ name }) => name)).toContain(`sqs DeleteMessage ${REPLIES}`);
    expect(made.calls.map(({ name }) => name)).not.toContain(`sqs ChangeMessageVisibility ${REPLIES}`);
  });

  it.each([
    [400, 'place-not-found', 'connector-invalid', /a place in the file is not there/],
    [400, 'section-not-found', 'section-not-found', /no section is ours/],
    [403, 'secret-denied', 'connector-unauthorized', /may not read the secret/],
    [404, 'configuration-unknown', 'connector-not-found', /no such configuration/],
    [409, 'wrong-agent', 'connector-invalid', /another agent reads its queue/],
    [409, 'another-host', 'connector-invalid', /two hosts answer under its name/],
    [503, 'restart-failed', 'connector-unproven', /could not be restarted/],
  ] as const)('%d %s is %s', async (status, code, expected, words) => {
    const made = answering({ status, problem: { code, detail: 'C:\\ifs\\secret=hunter2' } });
    const error = await made.connector.read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expected, message: expect.stringContaining(`: ${status}: ${code}, `) });
    expect(String(error)).toMatch(words);
    expect(JSON.stringify([error, String(error), (error as { next: string }).next])).not.toContain('hunter2');
  });

  it('412 is a configuration that somebody changed', async () => {
    const made = answering({ status: 412, problem: { code: 'configuration-changed', detail: 'x' } });
    const read = { etag: '"x"', sections: [], sectionsSkipped: 0, proof: 'loaded' as const };
    await expect(made.connector.write(read, VERSION)).rejects.toBeInstanceOf(ConfigurationChangedError);
    await expect(made.connector.prepare?.(read)).rejects.toBeInstanceOf(ConfigurationChangedError);
  });

  it('with a code that has the form of none does not repeat it', async () => {
    const made = answering({ status: 503, problem: { code: 'Password: hunter2', detail: 'x' } });
    const error = await made.connector.read().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('503: no code');
    expect(String(error)).not.toContain('hunter2');
  });

  it('503 of a read is asked for again, twice; of a write it is not', async () => {
    const made = answering({ status: 503, problem: { code: 'file-locked', detail: 'x' } });
    await expect(made.connector.read()).rejects.toMatchObject({ code: 'connector-unavailable' });
    expect(sentRequests(made)).toHaveLength(3);
    const read = { etag: '"x"', sections: [], sectionsSkipped: 0, proof: 'loaded' as const };
    await expect(made.connector.write(read, VERSION)).rejects.toMatchObject({ code: 'connector-unavailable' });
    expect(sentRequests(made)).toHaveLength(4);
  });
});

describe('an agent', () => {
  it.each([-61_000, 61_000])('whose clock is %d ms ahead refuses to write, and is read', async (skewMs) => {
    const made = bench({ skewMs });
    const read = await made.connector.read();
    const refused = { code: 'connector-unavailable', message: expect.stringContaining('clock-skew') };
    await expect(made.connector.prepare?.(read)).rejects.toMatchObject(refused);
    await expect(made.connector.write(read, VERSION)).rejects.toMatchObject(refused);
    expect(made.held()).toBe(JANUARY.secret);
  });

  it('that gets a request twice carries it out once', async () => {
    const made = bench();
    const read = await made.connector.read();
    made.intercept(async (name, perform) => {
      const response = await perform();
      if (name === `sqs SendMessage ${REQUESTS}`) made.sqs.send(REQUESTS, JSON.stringify(sentRequests(made).at(-1)));
      return response;
    });
    await made.connector.write(read, VERSION);
    expect(made.engine.writes).toHaveLength(2);
  });

  it('that was started anew refuses a request that comes twice: its ETag is an old one', async () => {
    const made = bench();
    await made.connector.write(await made.connector.read(), VERSION);
    made.agent.restart();
    made.sqs.send(REQUESTS, JSON.stringify(sentRequests(made).at(-1)));
    await made.served.take();
    expect(made.engine.writes).toHaveLength(2);
    expect(take(made, REPLIES).map(({ Body = '' }) => JSON.parse(Body).status)).toContain(412);
  });

  it('that can not read the version is connector-unauthorized, and the file is untouched', async () => {
    const made = bench();
    const read = await made.connector.read();
    await expect(made.connector.write(read, { ...VERSION, id: 'version-3' })).rejects.toMatchObject({
      code: 'connector-unauthorized',
    });
    expect(made.held()).toBe(JANUARY.secret);
  });
});

describe('SQS', () => {
  it('without the queue of the agent is connector-not-found, with what to deploy', async () => {
    const made = bench();
    const read = made.portOn('ifs', { agent: 'nobody' }).read();
    await expect(read).rejects.toMatchObject({
      code: 'connector-not-found',
      inDoubt: false,
      message: expect.stringContaining('csr-agent-nobody'),
      next: expect.stringContaining('agents[]'),
    });
  });

  it('that denies the replies of a write leaves open whether it was carried out', async () => {
    const made = bench();
    const read = await made.connector.read();
    made.intercept(async (name, perform) =>
      name.startsWith('sqs ReceiveMessage') ? failure('AccessDeniedException') : await perform(),
    );
    await expect(made.connector.read()).rejects.toMatchObject({ code: 'connector-not-found' });
    await expect(made.connector.write(read, VERSION)).rejects.toMatchObject({
      code: 'connector-unavailable',
      inDoubt: true,
    });
  });

  it('that is away for a moment is asked again: the request is the same one', async () => {
    const made = bench();
    let down = 2;
    made.intercept(async (name, perform) =>
      name.startsWith('sqs SendMessage') && down-- > 0 ? failure('InternalFailure', 500) : await perform(),
    );
    await made.connector.read();
    expect(new Set(sentRequests(made).map(({ id }) => id)).size).toBe(1);
  });

  it('that stays away is connector-unavailable', async () => {
    const made = bench();
    made.intercept(async () => failure('InternalFailure', 500));
    await expect(made.connector.read()).rejects.toMatchObject({ code: 'connector-unavailable' });
  });

  it.each([
    ['QueueDoesNotExist', 'no-queue'],
    ['AWS.SimpleQueueService.NonExistentQueue', 'no-queue'],
    ['AccessDenied', 'not-allowed'],
    ['KmsDisabled', 'key-unusable'],
    ['KMS.DisabledException', 'key-unusable'],
    ['RequestThrottled', 'unavailable'],
  ])('that says %s: %s', (name, fault) => {
    expect(lineFault(Object.assign(new Error('text'), { name }))).toBe(fault);
  });

  it('has its queues where the others of the stack are', () => {
    expect(queueUrls('arn:aws:sqs:eu-north-1:123456789012:csr-dead-letters')('csr-agent-x')).toBe(
      'https://sqs.eu-north-1.amazonaws.com/123456789012/csr-agent-x',
    );
    expect(queueUrls('arn:aws-cn:sqs:cn-north-1:123456789012:q')('a')).toBe(
      'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/a',
    );
    expect(queueUrls('arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q')('a')).toBe(
      'https://sqs.us-gov-west-1.amazonaws.com/123456789012/a',
    );
  });
});

it('questions that wait side by side get each its own reply', async () => {
  const made = bench();
  made.engine.configure('other', configuration());
  const [one, other] = await Promise.all([made.connector.read(), made.portOn('other').read()]);
  expect([one.etag, other.etag]).toEqual(['"bench.1"', '"bench.2"']);
});

function failure(type: string, status = 400): Response {
  return Response.json({ __type: `com.amazonaws.sqs#${type}`, message: 'no' }, { status });
}

describe('two hosts with the name of one agent', () => {
  /** The second host, beside a connector of its own with a configuration of the same name. */
  function withSecond() {
    const made = bench();
    const engine = new ConnectorEngine({ now: made.now, instance: 'second' });
    engine.configure('ifs', configuration());
    const second = new AgentStandIn({
      name: AGENT,
      host: 'host-2',
      configurations: () => [{ name: 'ifs', credential: CREDENTIAL, secretId: 'csr/acme-prod' }],
      connector: engine,
      readSecret: async (_, id) => made.versions.get(id) ?? '',
      now: made.now,
    });
    /** From now on it is the second host that gets what comes. */
    const swap = () => {
      made.served.stop();
      return serveAgent(made.sqs, PREFIX, second);
    };
    return { ...made, swap, heldBySecond: () => engine.secretOf('ifs', 'runtime') };
  }
  const refused = { code: 'connector-invalid', next: expect.stringContaining('Start one host per name') };

  it('are told apart within a run: the second one refuses, and neither is written', async () => {
    const made = withSecond();
    const read = await made.connector.read();
    made.swap();
    for (const asked of [
      () => made.connector.read(),
      () => made.connector.prepare?.(read),
      () => made.connector.write(read, VERSION),
    ])
      await expect(asked()).rejects.toMatchObject({ ...refused, message: expect.stringContaining('another-host') });
    expect([made.held(), made.heldBySecond()]).toEqual([JANUARY.secret, JANUARY.secret]);
    expect(sentRequests(made).map(({ host }) => host)).toEqual([undefined, 'host-1', 'host-1', 'host-1']);
  });

  it('are told apart where both answer before either is known', async () => {
    const made = bench();
    made.served.stop();
    const hosts = ['host-1', 'host-2'];
    made.sqs.listen((name) => {
      if (name !== REQUESTS) return;
      for (const { Body = '' } of take(made)) {
        const problem = { code: 'configuration-unknown', detail: 'x' };
        const reply = { v: 1, id: JSON.parse(Body).id, host: hosts.shift(), status: 404, problem };
        made.sqs.send(REPLIES, JSON.stringify(reply));
      }
    });
    const results = await Promise.allSettled([made.connector.read(), made.portOn('other').read()]);
    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual([
      'connector-not-found',
      'connector-invalid',
    ]);
  });

  it('a later run takes the one that answers it', async () => {
    const made = withSecond();
    await made.connector.read();
    made.swap();
    expect((await made.newRun().portOn('ifs').read()).etag).toBe('"second.1"');
  });
});
