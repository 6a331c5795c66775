import { describe, expect, it } from '@jest/globals';
import { FleetRequest } from '../../../functions/credential/events/fleet-rotation.ts';
import { finish } from '../../../functions/many/finish.ts';
import { outcomeOf, progressOf } from '../../../functions/many/progress.ts';
import type { FleetEnd, FleetHead, FleetItem } from '../../../functions/ports/many/records.ts';

const NOW = new Date('2026-03-01T02:00:00Z');
const HEAD: FleetHead = {
  executionId: 'one',
  request: FleetRequest.parse({ select: { all: true }, reason: 'leak' }),
  requestedBy: 'anna',
  requestedAt: new Date('2026-03-01T01:58:00Z'),
  waves: [
    { name: 'env=test', total: 1, tolerated: 0 },
    { name: 'the rest', total: 4, tolerated: 0 },
  ],
};
const BEGUN = new Date('2026-03-01T01:59:00Z');
const ROTATED: FleetEnd = { requestId: 'r-1', outcome: 'rotated', nothingChanged: false, failed: false };
const REFUSED: FleetEnd = {
  requestId: 'r-2',
  outcome: 'refused',
  failure: { code: 'iam-unavailable', detail: 'no answer', next: 'See whether it is up.' },
  nothingChanged: true,
  repeatAt: '2026-03-01T02:05:00.000Z',
  failed: true,
};
const ITEMS: readonly FleetItem[] = [
  { credential: 'a', wave: 0, begunAt: BEGUN, end: ROTATED },
  { credential: 'b', wave: 1, begunAt: BEGUN, end: REFUSED },
  { credential: 'c', wave: 1, begunAt: BEGUN },
  { credential: 'd', wave: 1, expected: { code: 'frozen', detail: 'year end' } },
  { credential: 'e', wave: 1 },
];
const ended = (items: readonly FleetItem[], end: FleetEnd) => items.map((item) => ({ ...item, end }));

describe('progress', () => {
  it('counts each credential once, and tells what failed and what to do', () => {
    expect(progressOf({ head: HEAD, items: ITEMS }, true, NOW)).toEqual({
      executionId: 'one',
      status: 'rotating',
      outcome: null,
      request: HEAD.request,
      requestedBy: 'anna',
      requestedAt: '2026-03-01T01:58:00.000Z',
      endedAt: null,
      waves: [
        {
          name: 'env=test',
          total: 1,
          tolerated: 0,
          done: 1,
          failed: 0,
          running: 0,
          waiting: 0,
          outcomes: { rotated: 1 },
        },
        {
          name: 'the rest',
          total: 4,
          tolerated: 0,
          done: 0,
          failed: 1,
          running: 1,
          waiting: 2,
          outcomes: { refused: 1 },
        },
      ],
      failures: [
        {
          credential: 'b',
          wave: 'the rest',
          code: 'iam-unavailable',
          detail: 'no answer',
          next: 'See whether it is up.',
          requestId: 'r-2',
          outcome: 'refused',
          nothingChanged: true,
          repeatAt: '2026-03-01T02:05:00.000Z',
        },
      ],
      expected: [{ credential: 'd', wave: 'the rest', code: 'frozen', detail: 'year end' }],
      manifest: null,
    });
  });

  it.each([
    ['choosing', { waves: undefined }, true],
    ['rotating', {}, true],
    ['stopping', { stopped: { by: 'anna', at: NOW } }, true],
    ['ended', { ended: { outcome: 'completed', at: NOW } }, false],
    ['ended', {}, false],
    // Longer ago than a start takes.
    ['ended', {}, undefined],
  ])('is %s with %j, its execution going on: %p', (status, change, running) => {
    const { waves, ...rest } = { ...HEAD, ...change };
    const head = { ...rest, ...(waves && { waves }) } as FleetHead;

    expect(progressOf({ head, items: [] }, running, NOW).status).toBe(status);
  });

  it('tells of an end that was not noted, once nothing notes it any more', () => {
    const [, wave] = progressOf({ head: HEAD, items: ITEMS }, false, NOW).waves;
    const { failures } = progressOf({ head: HEAD, items: ITEMS }, false, NOW);

    // Nobody knows how it ended, so it counts as no outcome.
    expect(wave).toMatchObject({ done: 0, failed: 2, running: 0, waiting: 2, outcomes: { refused: 1 } });
    expect(failures[1]).toEqual({
      credential: 'c',
      wave: 'the rest',
      code: 'internal-error',
      detail: expect.stringContaining('its end was not noted'),
      next: expect.stringContaining('history'),
      nothingChanged: null,
    });
  });

  it('is not over while its execution is only about to begin', () => {
    const head = { ...HEAD, requestedAt: new Date(NOW.getTime() - 1000) };

    expect(progressOf({ head, items: ITEMS }, undefined, NOW).outcome).toBeNull();
  });

  it('names the credentials of a dry run, wave by wave', () => {
    const head = { ...HEAD, request: { ...HEAD.request, dryRun: true } };

    expect(progressOf({ head, items: ITEMS }, true, NOW).credentials).toEqual([['a'], ['b', 'c', 'd', 'e']]);
  });
});

describe('the outcome', () => {
  it.each([
    ['completed', HEAD, ended(ITEMS, REFUSED)],
    ['stopped', HEAD, ITEMS],
    ['aborted', { ...HEAD, stopped: { by: 'anna', at: NOW } }, ITEMS],
    ['completed', { ...HEAD, stopped: { by: 'anna', at: NOW } }, ended(ITEMS, ROTATED)],
    ['planned', { ...HEAD, request: { ...HEAD.request, dryRun: true } }, ITEMS],
    ['broken', HEAD, ITEMS.filter(({ credential }) => credential !== 'b')],
    // Each had its run, and the end of one was not noted.
    ['completed', HEAD, ITEMS.slice(0, 3)],
  ])('is %s', (outcome, head, items) => {
    expect(outcomeOf({ head, items })).toBe(outcome);
  });
});

describe('the end', () => {
  it('leaves a manifest with every credential, notes it, and publishes it', async () => {
    const written: unknown[][] = [];
    const note =
      (name: string) =>
      async (...args: unknown[]) =>
        void written.push([name, ...args]);
    const result = await finish('one', {
      records: { read: async () => ({ head: HEAD, items: ITEMS }), end: note('end') },
      files: {
        write: async (...args) => {
          await note('file')(...args);
          return 's3://bucket/manifest';
        },
      },
      events: { publish: note('event') },
      now: () => NOW,
    });

    expect(result).toEqual({ outcome: 'stopped' });
    const [[, name, manifest], ...rest] = written as [[string, string, { credentials: object[] }], ...unknown[][]];
    expect([name, manifest]).toMatchObject(['one/manifest.json', { outcome: 'stopped', executionId: 'one' }]);
    expect(manifest.credentials).toEqual([
      { credential: 'a', wave: 'env=test', ...ROTATED },
      { credential: 'b', wave: 'the rest', ...REFUSED },
      { credential: 'c', wave: 'the rest', failed: true, nothingChanged: null, failure: expect.anything() },
      ...['d', 'e'].map((credential) => ({ credential, wave: 'the rest', outcome: null })),
    ]);
    expect(rest).toEqual([
      [
        'end',
        'one',
        {
          outcome: 'stopped',
          at: NOW,
          manifest: 's3://bucket/manifest',
          counts: { done: 1, failed: 2, waiting: 2 },
        },
      ],
      [
        'event',
        {
          detailType: 'Fleet Rotation Ended',
          detail: expect.objectContaining({ outcome: 'stopped', total: 5, done: 1, failed: 2, waiting: 2 }),
        },
      ],
    ]);
  });
});
