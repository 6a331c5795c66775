import { describe, expect, it } from '@jest/globals';
import { readJson } from '../../../functions/api/body.ts';
import { ROUTES } from '../../../functions/api/contract/routes.ts';
import { changeSchedule } from '../../../functions/api/schedule.ts';
import { RotationError } from '../../../functions/credential/errors.ts';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { createWorld } from '../../support/world.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const BY_HAND = { name: 'Desk', via: 'manual', within: 'P3D', proof: 'attested' } as const;
const KNOWN = { expression: 'cron(0 3 ? * SUN *)', timezone: 'UTC', state: 'ENABLED' } as const;

/** A call with a body, over settings that may differ from the usual ones. */
async function patch(body: object, change: Partial<Credential> = {}, reschedule?: () => Promise<void>) {
  const written: unknown[] = [];
  const credential = { ...createWorld().credential, ...change };
  const schedules = {
    settings: async () => credential,
    reschedule: reschedule ?? (async (...args: unknown[]) => void written.push(args)),
  };
  const read = readJson({ body: JSON.stringify(body) }, ROUTES['PATCH /credentials/{id}/schedule'].body);
  const answer =
    'statusCode' in read
      ? read
      : await changeSchedule('acme-prod', read.data, { schedules, now: () => NOW, local: false });
  return { status: answer.statusCode, json: JSON.parse(answer.body), written };
}

describe('PATCH /credentials/{id}/schedule', () => {
  it.each([
    [{ state: 'DISABLED' }, { ...KNOWN, state: 'DISABLED' }],
    [{ expression: 'rate(30 days)' }, { ...KNOWN, expression: 'rate(30 days)' }],
    [
      { timezone: 'Europe/Stockholm', flexibleWindow: 'PT1H' },
      { ...KNOWN, timezone: 'Europe/Stockholm', flexibleWindow: 'PT1H' },
    ],
  ])('%j changes that and nothing else, and says how long it lasts', async (body, schedule) => {
    const { status, json, written } = await patch(body);
    expect([status, written]).toEqual([200, [['acme-prod', schedule]]]);
    expect(json).toEqual({
      credential: 'acme-prod',
      schedule,
      changed: true,
      note: expect.stringContaining('deployment'),
    });
  });

  it('ends a window with null, and keeps one that is not named', async () => {
    const schedule = { ...KNOWN, flexibleWindow: 'PT1H' };
    expect((await patch({ flexibleWindow: null }, { schedule })).json.schedule).toEqual(KNOWN);
    expect((await patch({ state: 'DISABLED' }, { schedule })).json.schedule).toEqual({
      ...schedule,
      state: 'DISABLED',
    });
  });

  it('writes nothing where the schedule is as wanted already', async () => {
    const { status, json, written } = await patch({ state: 'ENABLED' });
    expect([status, json.changed, written]).toEqual([200, false, []]);
  });

  it.each([
    [{ expression: 'sundays' }, '/expression', /neither cron/],
    [{ expression: 'cron(0 3 ? DEC SUN 2025)' }, '/expression', /never fires/],
    [{ expression: 'rate(1 minute)' }, '/expression', /too often/],
    [{ timezone: 'europe/stockholm' }, '/timezone', /not an IANA time zone/],
    [{ flexibleWindow: '1 hour' }, '/flexibleWindow', /not an ISO 8601 duration/],
    [{ flexibleWindow: 'P2D' }, '/flexibleWindow', /between PT1M and PT24H/],
    [{ state: 'PAUSED' }, '/state', /DISABLED/],
    [{ colour: 'red', state: 'ENABLED' }, '/colour', /not known/],
    [{}, '', /nothing to change/],
  ])('%j is refused by the rules of the fleet file, with its place', async (body, pointer, detail) => {
    const { status, json, written } = await patch(body);
    expect([status, json.code, json.nothingChanged, written]).toEqual([422, 'request-invalid', true, []]);
    expect(json.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
  });

  it('a schedule that would cut off a manual connector is not resumed', async () => {
    const paused = { ...KNOWN, state: 'DISABLED' } as const;
    const change: Partial<Credential> = { strategy: 'in-place', connectors: [BY_HAND], schedule: paused };
    const { status, json } = await patch({ state: 'ENABLED' }, change);
    expect([status, json.errors]).toEqual([
      422,
      [{ pointer: '/state', detail: expect.stringContaining('cuts it off') }],
    ]);
    expect((await patch({ expression: 'rate(30 days)' }, change)).status).toBe(200);
  });

  it('a write that was not answered is not told to have changed nothing', async () => {
    const failure = new RotationError('schedule-unavailable', 'TimeoutError', { changed: null });
    const call = patch({ state: 'DISABLED' }, {}, () => Promise.reject(failure));
    await expect(call).rejects.toMatchObject({ code: 'schedule-unavailable', changed: null });
  });
});
