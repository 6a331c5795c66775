import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { rotationResponse } from '../../functions/api/problem.ts';
import { recordRetire, recordRotation } from '../../functions/middleware/powertools.ts';
import { createWorld, documentText, type TestWorld, TIMING } from '../support/world.ts';

const BY_HAND = 'a-secret-that-a-person-set';
/** All secrets of the world: chosen, drawn, made by the IAM, the rotator's own, and every token (a JWT begins with `eyJ`). */
const SECRET =
  /the-secret-that-a-person-copied-once|a-secret-that-a-person-set|drawn-secret-number|keycloak-made-secret|rotator-secret|connector-access-token|untouched-by|eyJ[\w-]{10}/;
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

/** Runs everything once, with the request at one place failing; gives all that was returned, thrown or planned. */
async function exposures(world: TestWorld, fault: string, at: number): Promise<unknown[]> {
  let count = 0;
  world.intercept(async ({ sent }, perform) => {
    const failing = count++ === at ? FAULTS[fault] : undefined;
    return await (failing ? failing(sent, perform) : perform());
  });
  const rotation = await endOf(world.rotate({ reason: 'because' }));
  const previous = world.labelled('AWSPREVIOUS')?.id;
  const retired = previous && (await endOf(world.retire(previous)));
  if (typeof rotation === 'object' && rotation !== null && 'outcome' in rotation) {
    recordRotation(rotation as never);
    return [rotation, retired, rotationResponse(rotation as never)];
  }
  if (typeof retired === 'object' && retired !== null && 'outcome' in retired) recordRetire(retired as never);
  return [rotation, retired];
}

describe('no secret is told', () => {
  it.each(Object.keys(WORLDS))(
    '%s, whichever request fails, and however',
    async (name) => {
      const logged: string[] = [];
      const keep = (...texts: unknown[]) => {
        logged.push(texts.map(String).join(' '));
        return true;
      };
      jest.spyOn(process.stdout, 'write').mockImplementation(keep as never);
      jest.spyOn(process.stderr, 'write').mockImplementation(keep as never);
      const build = WORLDS[name] as () => Promise<TestWorld>;
      const leaks: string[] = [];
      try {
        const calm = await build();
        const before = calm.calls.length;
        await endOf(calm.rotate());
        const requests = calm.calls.length - before;
        for (let at = 0; at < requests; at++) {
          for (const fault of [ECHO, OTHERS[at % OTHERS.length] ?? ECHO]) {
            const world = await build();
            const found = await exposures(world, fault, at);
            const plans = world.planned.map(({ event, name: schedule }) => ({ event, schedule }));
            if (SECRET.test([...found, plans].map(seen).join('\n'))) leaks.push(`request ${at} ${fault}`);
          }
        }
      } finally {
        jest.restoreAllMocks();
      }
      expect(leaks).toEqual([]);
      expect(logged.length).toBeGreaterThan(0);
      expect(logged.filter((line) => SECRET.test(line))).toEqual([]);
    },
    30_000,
  );

  it('and this would be noticed', async () => {
    const world = createWorld();
    await world.rotate();
    expect(seen(new Error(world.current().clientSecret))).toMatch(SECRET);
    expect(seen({ document: world.current() })).toMatch(SECRET);
    expect(documentText(BY_HAND)).toMatch(SECRET);
  });
});
