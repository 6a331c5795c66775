import { describe, expect, it } from '@jest/globals';
import { askedText, bodyOf, NO_WISHES, standOf, sumText } from '../../../../../cli/console/page/model/rotations.ts';
import { FleetRequest } from '../../../../../functions/credential/events/fleet-rotation.ts';

const wish = (part: Partial<typeof NO_WISHES> = {}) => bodyOf({ ...NO_WISHES, ...part });
const WAVE = { name: 'a', tolerated: 0, outcomes: {} };

describe('the wishes of a person', () => {
  it.each([
    [{}, { select: { all: true }, tolerated: { percent: 10 } }],
    [
      { who: 'some', tags: ' env = prod , owner=a=b ', match: ' acme-* ', tolerated: '3' },
      { select: { tags: { env: 'prod', owner: 'a=b' }, match: 'acme-*' }, tolerated: { count: 3 } },
    ],
    [
      { waves: 'env=test\n\n acme-* \n', reason: ' leak ', revokePrevious: true, force: true },
      {
        select: { all: true },
        waves: [{ tags: { env: 'test' } }, { match: 'acme-*' }],
        tolerated: { percent: 10 },
        reason: 'leak',
        revokePrevious: true,
        force: true,
      },
    ],
    // What was filled in before is no part of another choice.
    [
      { who: 'all', match: 'acme-*' },
      { select: { all: true }, tolerated: { percent: 10 } },
    ],
  ] as const)('%j become a body that the API takes', (part, body) => {
    expect(wish(part as Partial<typeof NO_WISHES>)).toEqual({ body });
    expect(FleetRequest.safeParse(body).error).toBeUndefined();
  });

  it.each([
    [{ who: 'some' }, 'Name a tag'],
    [{ who: 'some', tags: 'prod' }, 'A tag is written as'],
    [{ tolerated: 'ten' }, 'whole number'],
    [{ tolerated: '' }, 'whole number'],
    [{ force: true }, 'Say why'],
    [{ revokePrevious: true, reason: '  ' }, 'Say why'],
  ] as const)('%j lead to words', (part, words) => {
    expect(wish(part as Partial<typeof NO_WISHES>)).toEqual({ fault: expect.stringContaining(words) });
  });
});

describe('a rotation of many in words', () => {
  it('says what was asked for', () => {
    const waves = [{ tags: { env: 'test' } }, { match: 'acme-*' }];
    const request = FleetRequest.parse({ select: { all: true }, waves, revokePrevious: true, reason: 'leak' });
    expect(askedText(request)).toBe(
      'every credential; in waves: env=test, then acme-*; previous secrets ended at once',
    );
    expect(
      askedText(FleetRequest.parse({ select: { tags: { env: 'a' }, match: 'b' }, force: true, reason: 'x' })),
    ).toBe('env=a b; in spite of freezes');
  });

  it('says how far it is, and where it stands', () => {
    const waves = [
      { ...WAVE, total: 3, done: 1, failed: 1, running: 1, waiting: 0 },
      { ...WAVE, total: 1, done: 0, failed: 0, running: 0, waiting: 1 },
    ];
    expect(sumText(waves)).toBe('1 of 4 credentials done, 1 failed, 1 running');
    expect(standOf({ status: 'stopping', outcome: null })).toMatchObject({ label: 'stopping', tone: 'warn' });
    expect(standOf({ status: 'ended', outcome: 'stopped' })).toMatchObject({ label: 'stopped', tone: 'bad' });
  });
});
