import { describe, expect, it } from '@jest/globals';
import { beforeRequest, instead, timeout } from '../../support/faults.ts';
import {
  createWorld,
  documentText,
  FIRST_SECRET,
  REALM,
  SECRET_ID,
  type TestWorld,
  TIMING,
} from '../../support/world.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const X = '33333333-3333-4333-8333-333333333333';

/** A world whose first rotation's grace is over. */
async function afterGrace(connectors = 1): Promise<{ world: TestWorld; old: string }> {
  const world = createWorld({ connectors });
  await world.rotate();
  world.advance(DAY_MS);
  return { world, old: world.labelled('AWSPREVIOUS')?.id ?? '' };
}

describe('retire', () => {
  it('ends the previous secret, and proves that it is refused', async () => {
    const { world, old } = await afterGrace();
    const begun = world.calls.length;
    expect(await world.retire(old)).toMatchObject({ outcome: 'retired', credential: 'acme-prod', versionId: old });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    const calls = world.calls.slice(begun);
    const ended = calls.findIndex((name) => name.startsWith('iam PUT'));
    expect(ended).toBeGreaterThan(0);
    expect(calls.findLastIndex((name) => /^iam POST .*\/token$/.test(name))).toBeGreaterThan(ended);
  });

  it('takes the lease: an intent stands in AWSPENDING while the IAM is written, and is cleared after', async () => {
    const { world, old } = await afterGrace();
    const seen: (string | undefined)[] = [];
    world.intercept(beforeRequest(/^iam PUT/, () => seen.push(world.labelled('AWSPENDING')?.value)));
    await world.retire(old);
    expect(seen).toHaveLength(1);
    expect(JSON.parse(seen[0] ?? '')).toEqual({
      format: 'client-secret-rotation/retire/1',
      run: expect.any(String),
      versionId: old,
    });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is unchanged unless the version is AWSPREVIOUS', async () => {
    const { world, old } = await afterGrace();
    const current = world.labelled('AWSCURRENT')?.id ?? '';
    const begun = world.calls.length;
    for (const versionId of [current, X]) {
      expect(await world.retire(versionId)).toMatchObject({ outcome: 'unchanged' });
    }
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.calls.slice(begun).filter((name) => name.startsWith('iam PUT'))).toEqual([]);
    expect(world.labelled('AWSPREVIOUS')?.id).toBe(old);
  });

  it('takes an answer from before the promote for what it is, and is tried again', async () => {
    const world = createWorld();
    let before: string | undefined;
    let left = 2;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!/ListSecretVersionIds/.test(name) || left === 0) return response;
      if (before === undefined) before = await response.text();
      else left -= 1;
      return new Response(before, { headers: response.headers });
    });
    await world.rotate();
    const versionId = world.labelled('AWSPREVIOUS')?.id ?? '';
    expect(await world.retire(versionId)).toMatchObject({
      outcome: 'postponed',
      failure: { code: 'rotation-in-progress' },
    });
    expect(world.planned.some(({ event }) => JSON.stringify(event).includes('"attempt":1'))).toBe(true);
  });

  it('sends nothing once Secrets Manager itself has begun a rotation, and taken AWSPENDING away', async () => {
    const world = createWorld({ settings: { native: true } });
    await world.registerRotation();
    world.advance(DAY_MS);
    await world.rotate();
    world.advance(DAY_MS);
    const versionId = world.labelled('AWSPREVIOUS')?.id ?? '';
    const begun = world.calls.length;
    let journaled = false;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (journaled && /^iam GET/.test(name)) world.mark(X);
      journaled ||= /PutSecretValue$/.test(name);
      return response;
    });
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'postponed' });
    expect(world.calls.slice(begun).filter((name) => name.startsWith('iam PUT'))).toEqual([]);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('a second time ends as well as the first', async () => {
    const { world, old } = await afterGrace();
    await world.retire(old);
    world.advance(HOUR_MS);
    const again = await world.retire(old);
    expect(['retired', 'unchanged']).toContain(again.outcome);
    expect(again.failure).toBeUndefined();
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
  });

  it('says retire-failed when the old secret is still accepted', async () => {
    const { world, old } = await afterGrace();
    world.intercept(instead(/^iam PUT/, () => new Response(null, { status: 204 })));
    expect(await world.retire(old)).toMatchObject({ outcome: 'postponed', failure: { code: 'retire-failed' } });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('never ends the secret that the IAM holds as current', async () => {
    const { world, old } = await afterGrace();
    world.changeClient({ secret: FIRST_SECRET, attributes: {} });
    expect(await world.retire(old)).toMatchObject({ outcome: 'postponed', failure: { code: 'not-at-rest' } });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('a retire is postponed by an hour', () => {
  const planned = (world: TestWorld) => world.planned.filter(({ target }) => target === 'retire').at(-1);

  async function expectPostponed(world: TestWorld, old: string, code: string): Promise<void> {
    const retires = () => world.planned.filter(({ target }) => target === 'retire').length;
    const plans = retires();
    expect(await world.retire(old, 3)).toMatchObject({ outcome: 'postponed', failure: { code } });
    expect(retires()).toBe(plans + 1);
    const distance = (planned(world)?.at.getTime() ?? 0) - world.now().getTime();
    expect(Math.round(distance / 1000)).toBe(3600);
    expect(planned(world)?.event).toEqual({ trigger: 'retire', id: 'acme-prod', versionId: old, attempt: 4 });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  }

  it('while a connector holds the old secret', async () => {
    const { world, old } = await afterGrace(2);
    world.enter(FIRST_SECRET, 1);
    await expectPostponed(world, old, 'connector-behind');
  });

  it('while a connector can not be read', async () => {
    const { world, old } = await afterGrace();
    world.intercept(instead(/^connector GET/, timeout));
    await expectPostponed(world, old, 'connector-timeout');
  });

  it.each([
    ['within its lease', 1000],
    ['after it', 10 * TIMING.leaseMs],
  ])('while a candidate stands in AWSPENDING, %s', async (_when, age) => {
    const { world, old } = await afterGrace();
    world.put(X, documentText('a-candidate'), 'AWSPENDING');
    world.advance(age);
    await expectPostponed(world, old, 'rotation-in-progress');
    expect(world.labelled('AWSPENDING')?.id).toBe(X);
  });

  it('while AWSPENDING stands on the current version', async () => {
    const { world, old } = await afterGrace();
    const current = world.labelled('AWSCURRENT')?.id ?? '';
    world.secrets.store.secrets.get(SECRET_ID)?.labels.set('AWSPENDING', current);
    world.advance(10 * TIMING.leaseMs);
    await expectPostponed(world, old, 'rotation-in-progress');
  });

  it('while the IAM is down', async () => {
    const { world, old } = await afterGrace();
    world.intercept(instead(/^iam/, () => new Response(null, { status: 503 })));
    await expectPostponed(world, old, 'iam-unavailable');
  });

  it('for six days, then by a day: it never gives up', async () => {
    const { world, old } = await afterGrace();
    world.enter(FIRST_SECRET);
    const hoursUntil = () => Math.round(((planned(world)?.at.getTime() ?? 0) - world.now().getTime()) / 3_600_000);
    expect(await world.retire(old, 143)).toMatchObject({ outcome: 'postponed', failure: { code: 'connector-behind' } });
    expect(hoursUntil()).toBe(1);
    expect(await world.retire(old, 144)).toMatchObject({ outcome: 'postponed', failure: { code: 'connector-behind' } });
    expect(hoursUntil()).toBe(24);
    expect(await world.retire(old, 1000)).toMatchObject({ outcome: 'postponed' });
    expect(hoursUntil()).toBe(24);
  });

  it('and a run is planned that gives the connector the new secret', async () => {
    const { world, old } = await afterGrace();
    world.enter(FIRST_SECRET);
    await world.retire(old);
    const repeat = world.planned.find(({ target }) => target === 'rotate');
    expect(repeat?.event).toMatchObject({ id: 'acme-prod', repeat: { due: false } });
    world.advance((repeat?.at.getTime() ?? 0) - world.now().getTime());
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'repaired' });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(await world.retire(old, 1)).toMatchObject({ outcome: 'retired' });
  });
});

describe('a secret that connectors use is never ended', () => {
  it('when somebody has regenerated during grace: the IAM keeps it as the previous one', async () => {
    const { world, old } = await afterGrace();
    world.iam.regenerateSecret(REALM, world.client().id);
    const inUse = world.connectorSecret();
    expect(await world.accepts(inUse)).toBe(true);
    expect(await world.retire(old)).toMatchObject({ outcome: 'postponed', failure: { code: 'not-at-rest' } });
    expect(await world.accepts(inUse)).toBe(true);
    const repeat = world.planned.find(({ target }) => target === 'rotate');
    expect(repeat?.event).toMatchObject({ repeat: { due: false } });
  });

  it('by a run that finds the intent of a retire that died, and a secret that somebody has made since', async () => {
    const { world, old } = await afterGrace();
    world.put(X, `{"format":"client-secret-rotation/retire/1","run":"dead","versionId":"${old}"}`, 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    world.iam.regenerateSecret(REALM, world.client().id);
    const refused: string[] = [];
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!(await world.accepts(world.connectorSecret()))) refused.push(name);
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'repaired' });
    expect(refused).toEqual([]);
  });

  it('nor does an intent that can not be carried out hide what is to be repaired', async () => {
    const world = createWorld();
    const page = structuredClone(world.client());
    await world.rotate();
    world.put(X, intentOf(world.labelled('AWSPREVIOUS')?.id ?? ''), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    // A page that was opened before the rotation is saved: the IAM holds the first secret again.
    world.changeClient({ secret: page.secret ?? '', attributes: { 'client.secret.rotated': '' } });
    expect(await world.accepts(world.connectorSecret())).toBe(false);
    expect(await world.scheduled()).toMatchObject({ outcome: 'repaired' });
    expect(await world.accepts(world.connectorSecret())).toBe(true);
  });

  it('nor does one whose version is no document', async () => {
    const { world } = await afterGrace();
    const labels = world.secrets.store.secrets.get(SECRET_ID)?.labels;
    world.put('77777777-7777-4777-8777-777777777777', 'no document', 'SOME-LABEL');
    labels?.set('AWSPREVIOUS', '77777777-7777-4777-8777-777777777777');
    world.put(X, intentOf('77777777-7777-4777-8777-777777777777'), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled({ scheduledTime: new Date(0) })).toMatchObject({ outcome: 'unchanged' });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

const intentOf = (versionId: string) =>
  `{"format":"client-secret-rotation/retire/1","run":"dead","versionId":"${versionId}"}`;

it('a retire that can not be planned again tells that it had changed something', async () => {
  const { world, old } = await afterGrace();
  let ended = false;
  world.intercept(async ({ name }, perform) => {
    if (ended && /^(iam|scheduler)/.test(name)) return timeout();
    const response = await perform();
    ended ||= /^iam PUT/.test(name);
    return response;
  });
  await expect(world.retire(old)).rejects.toMatchObject({ code: 'schedule-unavailable', changed: true });
});

describe('a retire that died', () => {
  const intent = (versionId: string) =>
    `{"format":"client-secret-rotation/retire/1","run":"dead","versionId":"${versionId}"}`;
  const notDue = { scheduledTime: new Date('2026-01-01T00:00:00Z') };

  it('is carried out by the next retire, once its lease is over', async () => {
    const { world, old } = await afterGrace();
    world.put(X, intent(old), 'AWSPENDING');
    expect(await world.retire(old)).toMatchObject({ outcome: 'postponed' });
    world.advance(TIMING.leaseMs);
    expect(await world.retire(old)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is cleared by the next rotation, not finished, while a connector holds the secret that it ends', async () => {
    const { world, old } = await afterGrace();
    world.put(X, intent(old), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    world.enter(FIRST_SECRET);
    const { clientSecret } = world.current();
    expect(await world.scheduled(notDue)).toMatchObject({ outcome: 'repaired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.connectorSecret()).toBe(clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('lets the run that finishes it begin nothing', async () => {
    const { world, old } = await afterGrace();
    world.put(X, intent(old), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    const { clientSecret } = world.current();
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon' });
    expect(world.current().clientSecret).toBe(clientSecret);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});
