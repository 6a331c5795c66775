import { describe, expect, it } from '@jest/globals';
import { parseDocument } from '../../../../functions/credential/document.ts';
import { inClear, Secret } from '../../../../functions/credential/secret/secret.ts';
import { ownWorld, storedAccess } from '../../../support/own-secret.ts';
import { FIRST_SECRET, type Interceptor, type TestWorld, TIMING } from '../../../support/world.ts';

/** What a run does before it is killed. */
interface Course {
  readonly name: string;
  readonly overlap: boolean;
  /** Comes before the run that is killed. */
  readonly before?: (world: TestWorld) => Promise<unknown>;
  readonly run: (world: TestWorld) => Promise<unknown>;
}

const COURSES: readonly Course[] = [
  { name: 'a rotation with overlap', overlap: true, run: (world) => world.rotate() },
  { name: 'a rotation in place', overlap: false, run: (world) => world.rotate() },
  {
    name: 'a retire',
    overlap: true,
    before: (world) => world.rotate(),
    run: (world) => world.retire(world.labelled('AWSPREVIOUS')?.id ?? ''),
  },
];

/** Ends a run at its nth request: nothing is sent any more, and of that one it is not heard whether it was carried out. */
function killedAt(count: number, carriedOut: boolean): Interceptor {
  let left = count;
  return async (_io, perform) => {
    left -= 1;
    if (left === 0 && carriedOut) await perform();
    if (left <= 0) throw new Error('the run is dead');
    return await perform();
  };
}

/** The secrets with which this credential's next run would try to sign in. */
function secretsOf(world: TestWorld): string[] {
  const labelled = ['AWSPENDING', 'AWSCURRENT'].flatMap((label) => world.labelled(label)?.value ?? []);
  const documents = labelled.filter((value) => value.includes('clientSecret'));
  return [
    storedAccess(world).clientSecret ?? '',
    ...documents.map((value) => inClear(parseDocument(new Secret(value))).clientSecret),
  ];
}

async function accepted(world: TestWorld, secrets: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(secrets.map((secret) => world.accepts(secret)));
  return answers.includes(true);
}

/** Runs that come after it, until one is done: one that has put something right may leave the rest to the next. */
async function repeated(world: TestWorld): Promise<void> {
  for (let runs = 1; ; runs++) {
    world.advance(TIMING.leaseMs * 2);
    const ended = await world.rotate().catch((error: { code?: string }) => error);
    if ('outcome' in ended && ended.outcome === 'rotated') return;
    if (runs === 3) throw new Error(`did not come to rest: ${JSON.stringify(ended)}`);
  }
}

async function begun({ overlap, before }: Course): Promise<TestWorld> {
  const world = ownWorld({ overlap });
  await before?.(world);
  world.advance(TIMING.leaseMs * 2);
  world.calls.length = 0;
  return world;
}

describe.each(COURSES)("$name of the rotator's own secret, killed at each request", (course) => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s it was carried out: the rotator still gets in, and later runs finish', async (_when, carriedOut) => {
    const whole = await begun(course);
    await course.run(whole);
    expect(whole.calls.length).toBeGreaterThan(8);
    for (let count = 1; count <= whole.calls.length; count++) {
      const world = await begun(course);
      world.intercept(killedAt(count, carriedOut));
      await course.run(world).catch(() => undefined);
      world.intercept((_io, perform) => perform());
      const where = { count, call: world.calls[count - 1] };
      const others = await accepted(world, [storedAccess(world).clientSecret ?? '']);
      expect({ ...where, getsIn: await accepted(world, secretsOf(world)) }).toEqual({ ...where, getsIn: true });
      // With both secrets at work nobody who signs in with the access secret notices.
      if (course.overlap) expect({ ...where, others }).toEqual({ ...where, others: true });

      await repeated(world);
      const { clientSecret } = world.current();
      const end = {
        access: storedAccess(world).clientSecret,
        iam: world.client().secret,
        pending: world.labelled('AWSPENDING'),
        works: await world.accepts(clientSecret),
      };
      expect({ ...where, ...end }).toEqual({
        ...where,
        access: clientSecret,
        iam: clientSecret,
        pending: undefined,
        works: true,
      });
      expect(clientSecret).not.toBe(FIRST_SECRET);
    }
  });
});

describe("what is refused to others while the rotator's own secret is changed", () => {
  /** Requests of a rotation at which whoever signs in with the access secret would be refused. */
  async function refusedAt(overlap: boolean): Promise<string[]> {
    const world = ownWorld({ overlap });
    const found: string[] = [];
    world.intercept(async ({ name }, perform) => {
      const answer = await perform();
      if (!(await world.accepts(storedAccess(world).clientSecret ?? ''))) found.push(name);
      return answer;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    return found;
  }

  it('is nothing with an overlap', async () => {
    expect(await refusedAt(true)).toEqual([]);
  });

  it('in place is everything from the change in the IAM to the write of the access secret', async () => {
    const found = await refusedAt(false);
    expect(found[0]).toMatch(/^iam PUT /);
    expect(found.at(-1)).toMatch(/^secrets-manager PutSecretValue csr-access/);
  });
});
