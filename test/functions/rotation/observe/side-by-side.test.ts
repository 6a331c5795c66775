import { describe, expect, it } from '@jest/globals';
import { afterRequest, all, instead } from '../../../support/faults.ts';
import { createWorld, FIRST_SECRET, type Interceptor, type TestWorld, TIMING } from '../../../support/world.ts';

const CONNECTOR = /^connector GET/;
const OVERVIEW = /DescribeSecret$/;
const LABELS = /ListSecretVersionIds$/;
const CLIENT = /^iam GET .*\/clients$/;
const unavailable = () => Response.json({ __type: 'InternalServiceError', message: 'not-to-be-told' }, { status: 500 });

/** Notes when requests are sent, and when they are answered. */
function watched(): { readonly log: string[]; readonly interceptor: Interceptor } {
  const log: string[] = [];
  const interceptor: Interceptor = async ({ name }, perform) => {
    log.push(`sent ${name}`);
    const response = await perform();
    log.push(`answered ${name}`);
    return response;
  };
  return { log, interceptor };
}

const first = (log: readonly string[], what: string, name: RegExp) =>
  log.findIndex((line) => line.startsWith(what) && name.test(line.replace(`${what} `, '')));
const last = (log: readonly string[], what: string, name: RegExp) =>
  log.findLastIndex((line) => line.startsWith(what) && name.test(line.replace(`${what} `, '')));

/**
 * Does something once the run has been answered all that it reads beside the labels, and before the labels are answered.
 *
 * @param meanwhile what others do then
 */
function beforeLabels(world: TestWorld, meanwhile: () => Promise<unknown>): void {
  let told: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    told = resolve;
  });
  let tokens = 0;
  let once = false;
  const interceptor: Interceptor = async ({ name }, perform) => {
    if (LABELS.test(name) && !once) {
      once = true;
      await answered;
      world.intercept((_io, go) => go());
      await meanwhile();
      world.intercept(interceptor);
    }
    const response = await perform();
    // The rotator's own token, and the one of the secret in use.
    if (name.endsWith('/token') && ++tokens === 2) told();
    return response;
  };
  world.intercept(interceptor);
}

describe('what an observation reads side by side', () => {
  it('has an order where one matters: connectors, then labels, and all that is asked of the IAM after an answer that has the labels', async () => {
    const world = createWorld({ connectors: 3 });
    const { log, interceptor } = watched();
    world.intercept(interceptor);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const reads = log.slice(0, first(log, 'sent', /PutSecretValue/));
    expect(reads.filter((line) => CONNECTOR.test(line.replace('answered ', '')))).toHaveLength(3);
    expect(last(reads, 'answered', CONNECTOR)).toBeLessThan(first(reads, 'sent', LABELS));
    expect(first(reads, 'answered', OVERVIEW)).toBeLessThan(first(reads, 'sent', CLIENT));
    expect(last(reads, 'answered', CLIENT)).toBeGreaterThan(first(reads, 'sent', LABELS));
    const asked = world.calls.filter((name) => [OVERVIEW, LABELS, CLIENT].some((one) => one.test(name)));
    // The client once more after the change.
    expect(asked).toHaveLength(4);
  });

  it('is asked again where another run has rotated between the two looks at the labels: what that run made stays', async () => {
    const world = createWorld({ overlap: false });
    let done = 0;
    beforeLabels(world, async () => {
      expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
      done = world.calls.length;
    });
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: false });
    // Before anything is decided by it.
    const since = world.calls.slice(
      done,
      world.calls.findIndex((name, at) => at >= done && LABELS.test(name)),
    );
    for (const name of [OVERVIEW, /GetSecretValue$/, CLIENT, /token$/])
      expect(since.filter((call) => name.test(call))).toHaveLength(1);
    const { clientSecret } = world.current();
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expect([world.client().secret, world.connectorSecret()]).toEqual([clientSecret, clientSecret]);
  });

  it('begins nothing where another run has begun and taken it back in between: the labels are the same, and a version is young', async () => {
    const world = createWorld({ overlap: false });
    beforeLabels(world, async () => {
      world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 403 })));
      expect(await world.scheduled()).toMatchObject({ outcome: 'rolled-back' });
      world.intercept((_io, go) => go());
    });
    const writes = world.flow.writes.length;
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: false });
    expect(world.flow.writes.length).toBe(writes);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('backs off from a run that has begun in between', async () => {
    const world = createWorld();
    const id = '77777777-7777-4777-8777-777777777777';
    beforeLabels(world, async () => world.put(id, JSON.stringify(world.current()), 'AWSPENDING'));
    await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress', changed: false });
    expect(world.labelled('AWSPENDING')?.id).toBe(id);
  });

  it.each([
    ['the last change', OVERVIEW],
    ['the value in AWSCURRENT', /GetSecretValue$/],
  ])('is no failure before its turn: %s', async (_what, name) => {
    const world = createWorld();
    world.intercept(instead(name, unavailable, 1));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const calls = world.calls.slice(
      0,
      world.calls.findIndex((call) => /PutSecretValue/.test(call)),
    );
    expect(calls.filter((call) => name.test(call))).toHaveLength(2);
  });

  it('is nothing of the past once the run itself has moved labels', async () => {
    const world = createWorld({ overlap: false });
    world.changeClient({ secret: 'a-secret-that-somebody-typed-in', attributes: {} });
    world.advance(TIMING.leaseMs);
    expect(await world.rotate()).toMatchObject({ outcome: 'repaired' });
    expect(world.calls.filter((name) => OVERVIEW.test(name))).toHaveLength(1);
    expect(world.connectorSecret()).toBe(world.client().secret);
  });

  it('ends with the observation: nothing goes on in the background once the run has ended', async () => {
    const world = createWorld({ connectors: 3 });
    let underWay = 0;
    const denied = instead(LABELS, () => Response.json({ __type: 'AccessDeniedException' }, { status: 400 }));
    const counted: Interceptor = async (_io, perform) => {
      underWay += 1;
      try {
        return await perform();
      } finally {
        underWay -= 1;
      }
    };
    world.intercept(
      all(
        counted,
        denied,
        afterRequest(/never/, () => undefined),
      ),
    );
    expect(await world.rotate()).toMatchObject({ failure: { code: 'store-forbidden' } });
    expect(underWay).toBe(0);
  });
});
