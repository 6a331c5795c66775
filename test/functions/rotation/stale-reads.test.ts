import { describe, expect, it } from '@jest/globals';
import { instead } from '../../support/faults.ts';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  SECRET_ID,
  type TestWorld,
  TIMING,
} from '../../support/world.ts';

/** Answers `times` requests of a name the way they were answered when the first of them came. */
function stale(world: TestWorld, name: RegExp, times: number): void {
  let old: string | undefined;
  let left = times;
  world.intercept(async (io, perform) => {
    if (!name.test(io.name)) return await perform();
    const response = await perform();
    const text = await response.text();
    old ??= text;
    const answer = left-- > 0 ? old : text;
    return new Response(answer, { status: response.status, headers: response.headers });
  });
}

const notFound = () =>
  new Response(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'not there yet' }), {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
  });

describe('Secrets Manager answers from before the latest changes', () => {
  it('labels that lack what the run itself has put are read again: the run goes on', async () => {
    const world = createWorld({ overlap: false });
    // The undo reads the labels: from before the Put, three times.
    stale(world, /ListSecretVersionIds/, 4);
    const answered = world.intercepted();
    world.intercept(async (io, perform) =>
      /^connector PATCH/.test(io.name) ? new Response(null, { status: 403 }) : await answered(io, perform),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('labels that lack a version that another run was seen to have put are read again: what it replaced is not pushed', async () => {
    const settings = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };
    const world = createWorld({ overlap: false, settings });
    stale(world, /ListSecretVersionIds/, 4);
    const answered = world.intercepted();
    let won = false;
    world.intercept(async (io, perform) => {
      if (/PutSecretValue$/.test(io.name) && !won) {
        won = true;
        world.intercept((_io, go) => go());
        await world.scheduled();
        world.intercept(answered);
      }
      return await answered(io, perform);
    });
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: false });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.current().clientSecret).not.toBe(FIRST_SECRET);
  });

  it('labels that are merely old give nothing to a connector that another run has written since', async () => {
    const world = createWorld({ overlap: false });
    world.enter('restored-from-a-backup');
    stale(world, /ListSecretVersionIds/, 4);
    const answered = world.intercepted();
    const held: string[] = [];
    world.intercept(async (io, perform) => {
      if (!/^connector PATCH/.test(io.name)) return await answered(io, perform);
      if (held.length === 0) {
        world.intercept((_io, go) => go());
        await world.scheduled();
        world.intercept(async (later, go) => {
          const response = await answered(later, go);
          held.push(world.connectorSecret());
          return response;
        });
      }
      return await perform();
    });
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: false });
    expect(world.current().clientSecret).not.toBe(FIRST_SECRET);
    expect(new Set(held)).toEqual(new Set([world.current().clientSecret]));
  });

  it('nor where that run has not promoted yet: its version shows before anything is written', async () => {
    const world = createWorld({ overlap: false });
    const candidate = 'the-candidate-of-a-run-that-is-alive';
    world.enter(candidate);
    let isListed = false;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (isListed || !/ListSecretVersionIds/.test(name)) return response;
      isListed = true;
      world.put('11111111-1111-4111-8111-111111111111', documentText(candidate), 'AWSPENDING');
      return response;
    });
    await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress', changed: false });
    expect(world.connectorSecret()).toBe(candidate);
  });

  it('a current version that is listed, but not found, is no first run: it is read again', async () => {
    const world = createWorld();
    world.intercept(instead(/GetSecretValue$/, notFound, 2));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.secrets.versions(SECRET_ID)).toHaveLength(2);
  });

  it('nor when it is not found at all: the run is refused, and AWSCURRENT stays', async () => {
    const world = createWorld();
    const current = world.labelled('AWSCURRENT');
    world.intercept(instead(/GetSecretValue$/, notFound));
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'store-unavailable' } });
    expect(world.labelled('AWSCURRENT')).toEqual(current);
  });

  it('a first run looks again before it puts what nothing guards', async () => {
    const world = createWorld();
    const current = world.labelled('AWSCURRENT');
    let looks = 0;
    world.intercept(async ({ name }, perform) => {
      if (!/ListSecretVersionIds/.test(name) || looks++ > 1) return await perform();
      return new Response(JSON.stringify({ Versions: [], Name: SECRET_ID, ARN: 'arn' }), {
        headers: { 'content-type': 'application/x-amz-json-1.1' },
      });
    });
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: false });
    expect(world.labelled('AWSCURRENT')).toEqual(current);
    expect(world.secrets.versions(SECRET_ID)).toHaveLength(1);
  });
});

describe('a node of the IAM that has not heard of the change', () => {
  it('does not make an overlap look lost, nor a lost one look kept', async () => {
    for (const overlap of [true, false]) {
      const world = createWorld({ overlap });
      let set = false;
      let left = 2;
      const before = JSON.stringify([world.client()]);
      world.intercept(async ({ name }, perform) => {
        set ||= /^iam PUT/.test(name);
        const lags = set && /^iam GET .*clients$/.test(name) && left-- > 0;
        return lags ? new Response(before, { headers: { 'content-type': 'application/json' } }) : await perform();
      });
      const strategy = overlap ? 'dual-secret' : 'in-place';
      expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
      expect(await world.accepts(FIRST_SECRET)).toBe(overlap);
    }
  });

  it('does not keep a retire from ending what the IAM keeps of the former of two clients', async () => {
    const iam = {
      renewal: 'regenerate',
      adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
      auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
    };
    const settings = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID], iam };
    const world = createWorld({ overlap: 'any-client', settings });
    await world.rotate();
    world.advance(86_400_000);
    const former = JSON.stringify([world.client()]);
    let made = false;
    let left = 2;
    world.intercept(async ({ name }, perform) => {
      const lags = made && /^iam GET .*clients$/.test(name) && left-- > 0;
      made ||= /client-secret$/.test(name);
      return lags ? new Response(former, { headers: { 'content-type': 'application/json' } }) : await perform();
    });
    const versionId = world.labelled('AWSPREVIOUS')?.id ?? '';
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('does not keep an undo from writing: the IAM had answered the change with success', async () => {
    const world = createWorld({ overlap: false });
    const before = JSON.stringify([world.client()]);
    let pushed = false;
    let left = 3;
    world.intercept(async ({ name }, perform) => {
      if (/^connector PATCH/.test(name) && !pushed) {
        pushed = true;
        return new Response(null, { status: 403 });
      }
      const lags = pushed && /^iam GET .*clients$/.test(name) && left-- > 0;
      return lags ? new Response(before, { headers: { 'content-type': 'application/json' } }) : await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});

describe('a rotation is not begun', () => {
  it('when Secrets Manager has hardly room for its versions left: what began could not be stored', async () => {
    const world = createWorld();
    for (let count = 0; count < 70; count++) {
      world.put(`${String(count).padStart(8, '0')}-0000-4000-8000-000000000000`, 'x', 'SOME-LABEL');
    }
    world.advance(TIMING.leaseMs);
    const writes = () => world.calls.filter((name) => /^iam PUT|PutSecretValue/.test(name));
    expect(await world.rotate()).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'too-many-versions' },
    });
    expect(writes()).toEqual([]);
    world.advance(86_400_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });

  it.each(['in-place', 'auto'])(
    'when the neighbours are so slow that it could not be taken back (%s)',
    async (strategy) => {
      const world = createWorld({ overlap: false, settings: { strategy } });
      world.intercept(async ({ name }, perform) => {
        if (/^(iam|connector)/.test(name)) world.advance(5000);
        return await perform();
      });
      expect(await world.rotate()).toMatchObject({
        outcome: 'refused',
        nothingChanged: true,
        failure: { code: 'out-of-time' },
      });
      expect(world.client().secret).toBe(FIRST_SECRET);
    },
  );
});
