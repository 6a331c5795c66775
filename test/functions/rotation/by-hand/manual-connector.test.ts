import { describe, expect, it } from '@jest/globals';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { RotationRequest } from '../../../../functions/rotation/run/context.ts';
import { createWorld, FIRST_SECRET, type TestWorld, type WorldOptions } from '../../../support/world.ts';

const HOUR_MS = 3_600_000;
const HTTPS = {
  name: 'ifs-1',
  url: 'https://flow.example.com/odata-connector/configurations/ifs-1',
  auth: { type: 'bearer', secretId: 'csr-access/acme-prod/connector' },
};
const MANUAL = {
  name: 'Desk',
  via: 'manual',
  owner: 'service desk',
  instructions: 'The page is on flow01.',
  within: 'PT10H',
};

/** A credential with a connector over https and one that a person fills in. */
function createOffice(options: WorldOptions = {}) {
  return createWorld({ ...options, settings: { connectors: [HTTPS, MANUAL], grace: 'PT24H', ...options.settings } });
}

/** A named person says that the connector has the current secret. */
async function acknowledge(world: TestWorld): Promise<string> {
  const versionId = world.labelled('AWSCURRENT')?.id ?? '';
  await world.tasks.acknowledge({ connector: 'Desk', versionId, by: 'arn:aws:iam::1:user/anna', at: world.now() });
  return versionId;
}

/** The same, after the first secret was handed over. */
async function createSettled(options: WorldOptions = {}) {
  const world = createOffice(options);
  await acknowledge(world);
  return world;
}

const REMINDER: Partial<RotationRequest> = { repeat: { attempt: 1, due: false } };

describe('a connector of which nobody has said what it holds', () => {
  it('is handed over, and nothing is renewed before a person has acknowledged the current secret', async () => {
    const world = createOffice();
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'connector-behind', detail: expect.stringContaining('Desk was handed over') },
    });
    expect(rotation.connectors).toEqual([
      expect.objectContaining({ name: 'ifs-1', proof: { level: 'written' } }),
      expect.objectContaining({ name: 'Desk', proof: null, handedOverUntil: expect.any(String) }),
    ]);
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('is handed over once: a second run opens no other task, and announces nothing again', async () => {
    const world = createOffice();
    await world.scheduled();
    const [first] = (await world.tasks.read()).tasks;
    world.advance(HOUR_MS);
    await world.scheduled();
    expect((await world.tasks.read()).tasks).toEqual([first]);
    expect(world.announcements().map(({ stage }) => stage)).toEqual(['opened']);
  });
});

describe('a rotation with an overlap', () => {
  it('hands the new secret over once it is current, and the old one works until a person has acknowledged it', async () => {
    const world = await createSettled();
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret', nothingChanged: false });
    expect(rotation.connectors).toEqual([
      expect.objectContaining({ name: 'ifs-1', proof: { level: 'written' } }),
      expect.objectContaining({ name: 'Desk', sectionsWritten: 0, proof: null, handedOverUntil: expect.any(String) }),
    ]);
    const versionId = world.labelled('AWSCURRENT')?.id;
    expect(rotation.tasks).toEqual([
      expect.objectContaining({ kind: 'enter-secret', connector: 'Desk', versionId, overdue: false }),
    ]);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(world.current().clientSecret);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('is ended by retire only after the acknowledgement, which is told with who and when', async () => {
    const world = await createSettled();
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    await world.scheduled();
    world.advance(25 * HOUR_MS);
    expect(await world.retire(former)).toMatchObject({ outcome: 'postponed', failure: { code: 'awaiting-person' } });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    const at = world.now();
    await acknowledge(world);
    const told = await world.scheduled(REMINDER);
    expect(told.connectors[1]?.proof).toEqual({
      level: 'attested',
      by: 'arn:aws:iam::1:user/anna',
      at: at.toISOString(),
    });
    expect(told.tasks).toBeUndefined();
    expect(await world.retire(former)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('waits with the next one until the last one was acknowledged', async () => {
    const world = await createSettled();
    await world.scheduled();
    const { clientSecret } = world.current();
    world.advance(HOUR_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-behind' } });
    expect(world.current().clientSecret).toBe(clientSecret);
    await acknowledge(world);
    expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
  });

  it('takes an acknowledgement of an older version for what it is', async () => {
    const world = await createSettled();
    const former = await acknowledge(world);
    await world.scheduled();
    await world.tasks.acknowledge({ connector: 'Desk', versionId: former, by: 'anna', at: world.now() });
    world.advance(25 * HOUR_MS);
    expect(await world.retire(former)).toMatchObject({ outcome: 'postponed' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('a rotation without an overlap', () => {
  it('is refused as long as nobody is at hand, and nothing was changed', async () => {
    const world = await createSettled({ overlap: false });
    expect(await world.scheduled()).toMatchObject({
      outcome: 'refused',
      failure: { code: 'attendance-required' },
    });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(FIRST_SECRET);
  });

  it('is refused in place without asking the IAM anything', async () => {
    const world = await createSettled({ settings: { strategy: 'in-place' } });
    expect(await world.scheduled()).toMatchObject({ outcome: 'refused', failure: { code: 'attendance-required' } });
    expect(world.calls.filter((name) => name.startsWith('iam PUT'))).toEqual([]);
  });

  it('is carried out when somebody is at hand', async () => {
    const world = await createSettled({ overlap: false });
    const rotation = await world.rotate({ attended: true });
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'in-place' });
    expect(rotation.connectors[1]).toMatchObject({ name: 'Desk', handedOverUntil: expect.any(String) });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(world.current().clientSecret);
  });
});

describe('a secret that a person has changed in the IAM', () => {
  it('is adopted and handed over, and not renewed: a person sees each secret of a manual connector', async () => {
    const world = await createSettled();
    world.changeClient({ secret: 'set-by-a-person' });
    expect(await world.scheduled()).toMatchObject({ outcome: 'repaired' });
    expect(world.current().clientSecret).toBe('set-by-a-person');
    expect((await world.tasks.read()).tasks).toEqual([
      expect.objectContaining({ versionId: world.labelled('AWSCURRENT')?.id, connector: 'Desk' }),
    ]);
  });
});

describe('a connector that holds what has become current again', () => {
  it('is handed over anew: whoever was asked to enter another version may have done so', async () => {
    const world = await createSettled();
    await world.rotate();
    const entered = world.labelled('AWSCURRENT')?.id;
    expect((await world.tasks.read()).tasks).toEqual([expect.objectContaining({ versionId: entered })]);
    // An old copy of the client is saved.
    world.changeClient({ secret: FIRST_SECRET });
    world.advance(HOUR_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'repaired' });
    const currentId = await acknowledge(world);
    expect(currentId).not.toBe(entered);
    expect((await world.tasks.read()).tasks).toEqual([]);
  });

  it('is asked for no older version once a person has acknowledged the current one', async () => {
    const world = await createSettled();
    await world.rotate();
    world.changeClient({ secret: 'set-by-a-person' });
    world.advance(HOUR_MS);
    await world.rotate({ leaveBehind: ['Desk'] });
    await acknowledge(world);
    await world.scheduled(REMINDER);
    expect((await world.tasks.read()).tasks).toEqual([]);
  });
});

describe('a task', () => {
  it('is announced when it is opened, at half of its time, at 80 % of it and when its time is over, each once', async () => {
    const world = createOffice();
    await world.scheduled();
    const stages = () => world.announcements().map(({ stage }) => stage);
    for (const [hours, expected] of [
      [1, ['opened']],
      [4.1, ['opened', 'half']],
      [1, ['opened', 'half']],
      [2, ['opened', 'half', 'soon']],
      [2, ['opened', 'half', 'soon', 'overdue']],
      [30, ['opened', 'half', 'soon', 'overdue']],
    ] as const) {
      world.advance(hours * HOUR_MS);
      await world.scheduled(REMINDER);
      expect(stages()).toEqual(expected);
    }
  });

  it('is announced only as it stands where runs were missed', async () => {
    const world = createOffice();
    await world.scheduled();
    world.advance(20 * HOUR_MS);
    const rotation = await world.scheduled(REMINDER);
    expect(world.announcements().map(({ stage }) => stage)).toEqual(['opened', 'overdue']);
    expect(rotation.tasks).toEqual([expect.objectContaining({ overdue: true })]);
  });

  it('plans the runs that remind of it', async () => {
    const world = createOffice();
    const start = world.now().getTime();
    await world.scheduled();
    const reminders = world.planned.filter(({ name }) => name.includes('.remind.'));
    const hours = reminders.map(({ at }) => Math.round((at.getTime() - start) / HOUR_MS));
    expect(hours).toEqual([5, 8, 10]);
    expect(reminders.map(({ event }) => event)).toEqual([
      expect.objectContaining({ id: 'acme-prod', repeat: { attempt: 1, due: false } }),
      expect.objectContaining({ id: 'acme-prod', repeat: { attempt: 1, due: false } }),
      expect.objectContaining({ id: 'acme-prod', repeat: { attempt: 1, due: false } }),
    ]);
  });

  it('says who does what, in the order of the vendor, for design time and runtime, and no secret', async () => {
    const world = createOffice();
    await world.scheduled();
    const [announcement] = world.announcements();
    expect(announcement).toMatchObject({
      credential: 'acme-prod',
      kind: 'enter-secret',
      connector: 'Desk',
      owner: 'service desk',
      instructions: 'The page is on flow01.',
    });
    expect(announcement?.steps.join(' ')).toMatch(
      /Design time.*Access Token URL, Client ID, Client Secret and Scopes.*Runtime/,
    );
    expect(JSON.stringify(world.announcements())).not.toContain(FIRST_SECRET);
  });

  it('is announced by the next run where people could not be told, and the rotation stands', async () => {
    const world = await createSettled();
    world.intercept(async ({ name }, perform) => {
      if (name.startsWith('events')) throw new RotationError('events-unavailable', 'away');
      return await perform();
    });
    expect(await world.scheduled()).toMatchObject({
      outcome: 'rotated',
      failure: { code: 'events-unavailable' },
      repeatAt: expect.any(String),
    });
    expect(world.announcements()).toEqual([]);
    world.intercept((_io, perform) => perform());
    world.advance(HOUR_MS);
    expect(await world.scheduled(REMINDER)).toMatchObject({ outcome: 'unchanged' });
    expect(world.announcements().map(({ stage }) => stage)).toEqual(['opened']);
  });
});
