import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { sentInClear } from '../../functions/adapters/http/fetch.ts';
import { rotationResponse } from '../../functions/api/problem.ts';
import { rotationEvent } from '../../functions/credential/published/rotation-ended.ts';
import { recordRetire, recordRotation } from '../../functions/lambda/telemetry.ts';
import { ECHOES, traceIn } from '../support/encodings.ts';
import { CONNECTOR_TOKEN } from '../support/parts.ts';
import { createWorld, documentText, FIRST_SECRET, type Io, type TestWorld, TIMING } from '../support/world.ts';

const BY_HAND = 'a-secret-that-a-person-set';
/** Every encoding writes it in another way. */
const ODD = 'Odd-secret_+/=&"q\\b<é>0123456789';
/** Secrets that a world begins with. */
const SEEDED = [
  FIRST_SECRET,
  BY_HAND,
  ODD,
  CONNECTOR_TOKEN,
  'rotator-secret',
  'the-secret-of-the-idle-client',
  'untouched-by-case',
  'untouched-by-url',
];
/** Secrets that are drawn, that the IAM makes, and tokens. */
const MADE = /drawn-secret-number-\d{4}-abcdefghijklmnop|keycloak-made-secret-\d+|eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const P = '11111111-1111-4111-8111-111111111111';

/** How a neighbour fails at its worst: it tells what it was sent, or was to answer, where nobody expects it. */
const FAULTS: Record<string, (sent: string, perform: () => Promise<Response>) => Promise<Response>> = {
  'loses its reply': async (sent, perform) => {
    await perform();
    throw Object.assign(new Error(sent), { name: 'TimeoutError' });
  },
  'answers 500 with what it was sent': async (sent) => new Response(sent, { status: 500 }),
  'answers 400 with what it was sent': async (sent) =>
    Response.json(
      { __type: 'InvalidRequestException', message: sent, error: sent, error_description: sent },
      { status: 400 },
    ),
  'answers 200 in another shape': async (sent, perform) =>
    Response.json([{ value: await (await perform()).text(), sent }], { headers: { etag: '"x"' } }),
};

const ECHO = 'answers 400 with what it was sent';
/** Taken in turn: the worlds differ enough to have each of them everywhere. */
const OTHERS = Object.keys(FAULTS).filter((name) => name !== ECHO);

const WORLDS: Record<string, () => Promise<TestWorld>> = {
  'with overlap': async () => createWorld(),
  'in-place': async () => createWorld({ overlap: false }),
  'at the first run': async () => createWorld({ adopted: false }),
  'after a change by hand': async () => {
    const world = createWorld();
    world.changeClient({ secret: BY_HAND, attributes: {} });
    return world;
  },
  'after a change by hand to a secret of odd characters': async () => {
    const world = createWorld();
    world.changeClient({ secret: ODD, attributes: {} });
    return world;
  },
  'with a grace that runs': async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(TIMING.leaseMs);
    return world;
  },
  'with a candidate of a dead run': async () => {
    const world = createWorld();
    world.put(P, documentText(BY_HAND), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    return world;
  },
  'with an unknown AWSPENDING': async () => {
    const world = createWorld();
    world.put(P, `{"format":"unknown","clientSecret":"${BY_HAND}"}`, 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    return world;
  },
  'with a document that is none': async () => {
    const world = createWorld();
    world.put(P, `{"clientSecret":"${BY_HAND}","password":"rotator-secret"`, 'AWSCURRENT');
    world.advance(TIMING.leaseMs);
    return world;
  },
};

/** Whatever can be seen of a value: all that is enumerable, and all that a debugger prints. */
function seen(value: unknown): string {
  return `${JSON.stringify(value)}\n${inspect(value, { depth: 20, showHidden: true })}\n${String(value)}`;
}

async function endOf(call: Promise<unknown>): Promise<unknown> {
  return await call.catch((error: unknown) => error);
}

/** Answers in a neighbour's place, or lets it answer. */
type Fault = (io: Io, perform: () => Promise<Response>) => Promise<Response>;

/** What a run told, and every secret that it handled. */
interface Exposure {
  readonly told: unknown[];
  readonly secrets: ReadonlySet<string>;
}

/** The request at one place fails so. */
function failingAt(at: number, fault: string): Fault {
  let count = 0;
  return async ({ sent }, perform) => {
    const failing = count++ === at ? FAULTS[fault] : undefined;
    return await (failing ? failing(sent, perform) : perform());
  };
}

/** Runs everything once; gives all that was returned, thrown or planned. */
async function expose(world: TestWorld, fault: Fault): Promise<Exposure> {
  const secrets = new Set(SEEDED);
  world.intercept(async (io, perform) => {
    const response = await fault(io, async () => {
      const answer = await perform();
      for (const [made] of (await answer.clone().text()).matchAll(MADE)) secrets.add(made);
      return answer;
    });
    for (const [made] of io.sent.matchAll(MADE)) secrets.add(made);
    return response;
  });
  const told = await tell(world);
  const plans = world.planned.map(({ event, name: schedule }) => ({ event, schedule }));
  return { told: [...told, plans], secrets };
}

async function tell(world: TestWorld): Promise<unknown[]> {
  const rotation = await endOf(world.rotate({ reason: 'because' }));
  const previous = world.labelled('AWSPREVIOUS')?.id;
  const retired = previous && (await endOf(world.retire(previous)));
  if (typeof rotation === 'object' && rotation !== null && 'outcome' in rotation) {
    recordRotation(rotation as never);
    return [rotation, retired, rotationResponse(rotation as never), rotationEvent(rotation as never)];
  }
  if (typeof retired === 'object' && retired !== null && 'outcome' in retired) recordRetire(retired as never);
  return [rotation, retired];
}

describe('no secret is told', () => {
  it.each(Object.keys(WORLDS))(
    '%s, whichever request fails, and however',
    async (name) => {
      const build = WORLDS[name] as () => Promise<TestWorld>;
      const leaks: string[] = [];
      let logged = 0;
      const calm = await build();
      const before = calm.calls.length;
      await withLog(() => endOf(calm.rotate()));
      const requests = calm.calls.length - before;
      for (let at = 0; at < requests; at++) {
        for (const fault of [ECHO, OTHERS[at % OTHERS.length] ?? ECHO]) {
          const world = await build();
          const { lines, result } = await withLog(() => expose(world, failingAt(at, fault)));
          const trace = traceIn([...result.told.map(seen), ...lines].join('\n'), result.secrets);
          if (trace) leaks.push(`request ${at} ${fault}: ${trace}`);
          logged += lines.length;
        }
      }
      expect(logged).toBeGreaterThan(0);
      expect(leaks).toEqual([]);
    },
    30_000,
  );

  it.each(Object.keys(ECHOES))('that a server repeats: %s', async (form) => {
    const leaks: string[] = [];
    for (const [target, isTarget] of Object.entries(TARGETS)) {
      for (const [place, answer] of Object.entries(PLACES)) {
        const world = createWorld({ overlap: target.length % 2 === 0 });
        if (place.length % 2 === 0) world.changeClient({ secret: ODD, attributes: {} });
        const header = lastHeader(world);
        const echo: Fault = async (io, perform) => {
          if (!isTarget.test(`${io.name} ${io.sent}`)) return await perform();
          return answer(ECHOES[form]?.(secretIn(io), header()) ?? '', perform);
        };
        const { lines, result } = await withLog(() => expose(world, echo));
        const trace = traceIn([...result.told.map(seen), ...lines].join('\n'), result.secrets);
        if (trace) leaks.push(`${target}, ${place}: ${trace}`);
      }
    }
    expect(leaks).toEqual([]);
  });

  it('and this would be noticed', async () => {
    const world = createWorld();
    const { secrets } = await expose(world, (_io, perform) => perform());
    const { clientSecret } = world.current();
    expect(secrets).toContain(clientSecret);
    for (const echo of Object.values(ECHOES)) {
      const header = `Basic ${btoa(`NC_Flow:${clientSecret}`)}`;
      const error = new Error(`the server said ${echo(clientSecret, header)}`, { cause: 'x' });
      expect(traceIn(seen(error), secrets)).toBeDefined();
      expect(traceIn(seen(new Error('x', { cause: error })), secrets)).toBeDefined();
      expect(traceIn(seen({ failure: { detail: echo(clientSecret, header) } }), secrets)).toBeDefined();
    }
    const { lines } = await withLog(async () =>
      recordRotation({ durationMs: 1, failure: { detail: clientSecret } } as never),
    );
    expect(traceIn(lines.join(), secrets)).toBeDefined();
    expect(traceIn(documentText(BY_HAND), secrets)).toBeDefined();
  });
});

/** The requests whose answer repeats what they were sent with. */
const TARGETS = {
  'token of the credential': /\/token NC_Flow/,
  'token of the rotator': /\/token flow-secret-rotator/,
  'search for the client': /^iam GET/,
  'write of the client': /^iam PUT/,
  'read of the connector': /^connector GET/,
  'write of the connector': /^connector PATCH/,
};

/** Where a text of the other side can stand. */
const PLACES: Record<string, (text: string, perform: () => Promise<Response>) => Response | Promise<Response>> = {
  'an error and its description': (text) => Response.json({ error: text, error_description: text }, { status: 400 }),
  'the description of a known error': (text) =>
    Response.json({ error: 'invalid_request', error_description: text }, { status: 400 }),
  'a refusal of credentials': (text) =>
    Response.json({ error: 'unauthorized_client', error_description: text }, { status: 401 }),
  'a message': (text) => Response.json({ errorMessage: text }, { status: 400 }),
  'a page': (text) => new Response(`<html>${text}</html>`, { status: 403 }),
  'a header': (text) => {
    const value = encodeURI(text);
    return new Response(null, { status: 401, headers: { 'www-authenticate': `Basic realm="${value}"`, etag: value } });
  },
  'a value that is shown': async (text, perform) => {
    const response = await perform();
    const shown = (await response.text())
      .replace('"anna":', `${JSON.stringify(text)}:`)
      .replace('"clientAuthenticatorType":"client-secret"', `"clientAuthenticatorType":${JSON.stringify(text)}`);
    const { status, headers } = response;
    return new Response(status === 204 ? null : shown, { status, headers });
  },
};

/** The Authorization header of the latest request. */
function lastHeader({ world }: TestWorld): () => string {
  const { fetch } = world;
  let header = '';
  (world as { fetch: typeof fetch }).fetch = async (url, init) => {
    header = new Headers(sentInClear(init).headers).get('authorization') ?? '';
    return await fetch(url, init);
  };
  return () => header;
}

/** The secret that a request was sent with: in its body, else its credentials. */
function secretIn({ name, sent }: Io): string {
  const [credentials = '', ...body] = sent.split(' ');
  const inBody = /"(?:clientS|s)ecret":("(?:[^"\\]|\\.)*")/.exec(body.join(' '))?.[1];
  return (
    (inBody && (JSON.parse(inBody) as string)) ??
    (name.endsWith('/token') ? credentials.slice(credentials.indexOf(':') + 1) : credentials)
  );
}

/** Runs something, and gives what it logged meanwhile. */
async function withLog<T>(run: () => Promise<T>): Promise<{ lines: string[]; result: T }> {
  const lines: string[] = [];
  const keep = (...texts: unknown[]) => {
    lines.push(texts.map(String).join(' '));
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep as never);
  try {
    return { lines, result: await run() };
  } finally {
    jest.restoreAllMocks();
  }
}
