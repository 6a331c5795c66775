import { describe, expect, it } from '@jest/globals';
import { operations } from '../../../../local/stand-ins/secrets-manager/engine.ts';
import { afterRequest, all, beforeRequest, instead, replyLost, starting, timeout } from '../../../support/faults.ts';
import {
  createWorld,
  documentText,
  FIRST_SECRET,
  REALM,
  SECRET_ID,
  type TestWorld,
  TIMING,
} from '../../../support/world.ts';

const PATCH = /^connector PATCH/;
const CANDIDATE_SET = /^iam PUT/;
const down = () => new Response(null, { status: 503 });
const notFound = () => new Response(null, { status: 404 });

/** As before the run: the old secret works, and is what everybody holds. */
async function expectAsBefore(world: TestWorld, connectors = 1): Promise<void> {
  expect(world.current().clientSecret).toBe(FIRST_SECRET);
  expect(world.client().secret).toBe(FIRST_SECRET);
  expect(await world.accepts(FIRST_SECRET)).toBe(true);
  for (let index = 0; index < connectors; index++) expect(world.connectorSecret(index)).toBe(FIRST_SECRET);
  expect(world.labelled('AWSPENDING')).toBeUndefined();
}

/** A token request with the candidate is refused from the moment that the IAM has it. */
function refuseTokensOnceSet(world: TestWorld, times: number): void {
  let set = false;
  const refused = () =>
    Response.json(
      { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
      { status: 401 },
    );
  let left = times;
  world.intercept(async ({ name }, perform) => {
    if (CANDIDATE_SET.test(name) && world.labelled('AWSPENDING')) set = true;
    if (set && left > 0 && /^iam POST .*\/token$/.test(name)) {
      left -= 1;
      return refused();
    }
    return await perform();
  });
}

describe.each([
  ['dual-secret', true],
  ['in-place', false],
])('%s', (strategy, overlap) => {
  it('undoes when the check fails', async () => {
    const world = createWorld({ overlap });
    let left = 1;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      const isSet = CANDIDATE_SET.test(name) && world.labelled('AWSPENDING') !== undefined && left-- > 0;
      if (isSet) world.changeClient({ secret: 'installed-by-the-IAM-instead', attributes: {} });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', strategy: null });
    await expectAsBefore(world);
    expect(world.flow.writes.filter(({ by }) => by !== 'hand')).toEqual([]);
  });

  it('asks again for a moment when a token is refused right after the change', async () => {
    const world = createWorld({ overlap });
    refuseTokensOnceSet(world, 2);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
  });

  it('repeats a write that the IAM did not answer, only while the run has the label', async () => {
    const world = createWorld({ overlap });
    let pending: string | undefined;
    world.intercept(async ({ name }, perform) => {
      pending ??= world.labelled('AWSPENDING')?.id;
      if (CANDIDATE_SET.test(name) && pending && !world.calls.includes('lost')) {
        world.calls.push('lost');
        return timeout();
      }
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
    expect(world.client().secret).toBe(world.current().clientSecret);
    const lost = world.calls.indexOf('lost');
    const again = world.calls.findIndex((name, at) => at > lost && CANDIDATE_SET.test(name));
    expect(world.calls.slice(lost, again)).toContain('secrets-manager ListSecretVersionIds');
  });

  it('takes a lost reply for what it is: the IAM holds the candidate, and is not written again', async () => {
    const world = createWorld({ overlap });
    let sets = 0;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!CANDIDATE_SET.test(name) || !world.labelled('AWSPENDING')) return response;
      sets += 1;
      return timeout();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
    expect(sets).toBe(1);
  });

  it('repeats on a conflict, which is normal for Keycloak', async () => {
    const world = createWorld({ overlap });
    let left = 2;
    world.intercept(async ({ name }, perform) => {
      if (!CANDIDATE_SET.test(name) || !world.labelled('AWSPENDING') || left-- <= 0) return await perform();
      return Response.json({ error: 'conflict', error_description: 'Duplicate resource error' }, { status: 409 });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
  });

  it('keeps in a repeated write what an administrator switched on since the client was observed', async () => {
    const world = createWorld({ overlap });
    let failed = false;
    world.intercept(async ({ name }, perform) => {
      if (!CANDIDATE_SET.test(name) || !world.labelled('AWSPENDING') || failed) return await perform();
      failed = true;
      world.changeClient({ serviceAccountsEnabled: true, authorizationServicesEnabled: true, attributes: {} });
      return new Response(null, { status: 503 });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.client()).toMatchObject({ secret: world.current().clientSecret, authorization: expect.any(Object) });
  });
});

describe('in-place', () => {
  it('undoes a push that failed: connectors that were written get the old document back', async () => {
    const world = createWorld({ overlap: false, connectors: 3 });
    world.intercept(instead(/^connector PATCH .*ifs-3/, notFound));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'rolled-back',
      strategy: 'in-place',
      failure: { code: 'connector-not-found' },
    });
    await expectAsBefore(world, 3);
    const written = world.flow.writes.filter(({ by }) => by !== 'hand').map(({ configuration }) => configuration);
    expect(written.toSorted()).toEqual(['ifs-1', 'ifs-1', 'ifs-2', 'ifs-2']);
  });

  it('rewrites a connector whose write was carried out, but not answered', async () => {
    const world = createWorld({ overlap: false });
    let patches = 0;
    world.intercept(async ({ name }, perform) => {
      if (PATCH.test(name)) {
        patches += 1;
        if (patches === 1) {
          await perform();
          return timeout();
        }
      }
      // The read-back that would tell does not come through either, until the undo.
      if (/^connector GET/.test(name) && patches === 1 && world.client().secret !== FIRST_SECRET) return notFound();
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    await expectAsBefore(world);
  });
});

describe('the check', () => {
  it('is not content with a token: the IAM could hold another secret, and keep the candidate as its previous one', async () => {
    const world = createWorld({ settings: { strategy: 'in-place' } });
    let left = 1;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!CANDIDATE_SET.test(name) || !world.labelled('AWSPENDING') || left-- <= 0) return response;
      const seconds = Math.floor(world.now().getTime() / 1000);
      world.changeClient({
        secret: 'of-somebody-else',
        attributes: {
          'novacura.rotation': 'on',
          'client.secret.rotated': world.client().secret ?? '',
          'client.secret.rotated.creation.time': String(seconds),
          'client.secret.rotated.expiration.time': String(seconds + 3600),
        },
      });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'iam-secret-not-held' } });
    await expectAsBefore(world);
  });
});

describe('dual-secret', () => {
  it('promotes although a push fails, since both secrets work: stored-not-applied, and a repeat is planned', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(/^connector PATCH .*ifs-2/, down));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'stored-not-applied',
      previousWorks: true,
      failure: { code: 'connector-unavailable' },
    });
    const { clientSecret } = world.current();
    expect(world.labelled('AWSCURRENT')?.id).toBe(rotation.rotationId);
    expect(world.labelled('AWSPENDING')?.id).toBe(rotation.rotationId);
    expect([world.connectorSecret(0), world.connectorSecret(1)]).toEqual([clientSecret, FIRST_SECRET]);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    const [retire, repeat] = world.planned;
    expect([retire?.target, repeat?.target]).toEqual(['retire', 'rotate']);
    // Five minutes, up to a half earlier or later.
    expect(repeat?.at.getTime()).toBeGreaterThanOrEqual(world.now().getTime() + 149_000);
    expect(repeat?.at.getTime()).toBeLessThan(world.now().getTime() + 450_000);
    expect(rotation.repeatAt).toBe(repeat?.at.toISOString());
  });

  it('the planned repeat finishes it', async () => {
    const world = createWorld();
    world.intercept(instead(PATCH, down));
    const { rotationId } = await world.rotate();
    const repeat = world.planned.find(({ target }) => target === 'rotate');
    world.intercept((_io, perform) => perform());
    world.advance(300_000);
    const event = repeat?.event as { scheduledTime: string; repeat: { attempt: number; due: boolean } };
    expect(event).toMatchObject({ trigger: 'schedule', id: 'acme-prod', repeat: { attempt: 1, due: false } });
    const finished = await world.scheduled({
      scheduledTime: new Date(event.scheduledTime),
      repeat: event.repeat,
    });
    expect(finished).toMatchObject({ outcome: 'rotated', rotationId });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(world.secrets.versions('csr/acme-prod')).toHaveLength(2);
  });

  it('that is named undoes when the overlap was lost between the probe and the write, and the connector works', async () => {
    const world = createWorld({ settings: { strategy: 'dual-secret' } });
    world.intercept(
      afterRequest(/PutSecretValue$/, () => {
        world.iam.putPolicies(REALM, { policies: [] });
      }),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'iam-overlap-lost' } });
    await expectAsBefore(world);
  });

  it('that is not named goes on in place when the overlap was lost meanwhile: going back would not bring it back', async () => {
    const world = createWorld();
    world.intercept(
      afterRequest(/PutSecretValue$/, () => {
        world.iam.putPolicies(REALM, { policies: [] });
      }),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'in-place', previousValidUntil: null });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.planned).toEqual([]);
  });

  it('that is named goes on where the IAM has made the secret: the old one can not be had again', async () => {
    const iam = {
      renewal: 'regenerate',
      adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
      auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
    };
    const world = createWorld({ settings: { strategy: 'dual-secret', iam } });
    world.intercept(
      afterRequest(/PutSecretValue$/, () => {
        world.iam.putPolicies(REALM, { policies: [] });
      }),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'in-place', previousValidUntil: null });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(await world.accepts(world.connectorSecret())).toBe(true);
  });

  it("undoes when Keycloak answers 204, but somebody else's secret is held", async () => {
    const world = createWorld();
    world.intercept(async ({ name }, perform) => {
      const mine = CANDIDATE_SET.test(name) && world.labelled('AWSPENDING') && world.client().secret === FIRST_SECRET;
      if (!mine) return await perform();
      world.changeClient({ secret: 'of-somebody-else', attributes: {} });
      return new Response(null, { status: 204 });
    });
    const rotation = await world.rotate();
    expect(rotation.outcome).toBe('rolled-back');
    await expectAsBefore(world);
  });
});

describe('a failure before the candidate is set', () => {
  it.each([
    ['503 text/plain while Keycloak starts', starting, 'iam-unavailable'],
    ['no answer', timeout, 'iam-timeout'],
  ])('is undone: %s', async (_what, answer, code) => {
    const world = createWorld({ overlap: false });
    world.intercept(
      all(async ({ name }, perform) =>
        CANDIDATE_SET.test(name) && world.labelled('AWSPENDING') ? answer() : await perform(),
      ),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code } });
    await expectAsBefore(world);
  });
});

describe('a lost reply of Secrets Manager', () => {
  it('to the journal: the run looks again, or ends; nothing is half done', async () => {
    const world = createWorld();
    world.intercept(replyLost(/PutSecretValue$/, 1));
    const rotation = await world.rotate();
    expect(['interrupted', 'rotated', 'rolled-back']).toContain(rotation.outcome);
    expect(world.client().secret).toBe(world.current().clientSecret);
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    await world.rotate().catch(() => undefined);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('to the promote: the next run finishes', async () => {
    const world = createWorld();
    world.intercept(replyLost(/UpdateSecretVersionStage$/, 1));
    await world.rotate();
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    const again = await world.scheduled({ scheduledTime: new Date('2026-01-01T00:00:00Z') });
    expect(['rotated', 'unchanged']).toContain(again.outcome);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });
});

describe('another run that takes over while this one is slow', () => {
  it('stops this one: it writes nothing more', async () => {
    const world = createWorld({ overlap: false });
    const id = '99999999-9999-4999-8999-999999999999';
    world.intercept(
      beforeRequest(/^connector PATCH/, () => {
        world.put(id, world.labelled('AWSPENDING')?.value ?? '', 'AWSPENDING');
        world.flow.configure('ifs-1', world.flow.backup('ifs-1').open());
      }),
    );
    const error = await world.rotate().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'rotation-in-progress' });
    expect(world.labelled('AWSPENDING')?.id).toBe(id);
    expect(world.flow.writes.filter(({ by }) => by !== 'hand')).toEqual([]);
  });

  it('and that has made its candidate current, and begun the next rotation: it does not write over what that one has pushed', async () => {
    const world = createWorld({ overlap: false });
    const id = '99999999-9999-4999-8999-999999999999';
    const overtake = () => {
      const { store } = world.secrets;
      const [from, to] = [world.labelled('AWSCURRENT')?.id, world.labelled('AWSPENDING')?.id];
      const promote = { SecretId: SECRET_ID, VersionStage: 'AWSCURRENT', RemoveFromVersionId: from };
      operations.UpdateSecretVersionStage(store, { ...promote, MoveToVersionId: to } as never);
      world.put(id, documentText('of-the-next-rotation'), 'AWSPENDING');
      world.changeClient({ secret: 'of-the-next-rotation', attributes: {} });
      world.enter('of-the-next-rotation');
    };
    world.intercept(beforeRequest(/^connector PATCH/, overtake));
    expect(await world.rotate().catch((thrown: unknown) => thrown)).toMatchObject({ code: 'rotation-in-progress' });
    expect(world.labelled('AWSPENDING')?.id).toBe(id);
    expect(world.connectorSecret()).toBe('of-the-next-rotation');
    expect(world.flow.writes.filter(({ by }) => by !== 'hand')).toEqual([]);
  });
});
