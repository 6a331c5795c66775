import { describe, expect, it } from '@jest/globals';
import { Outages } from '../../../../functions/audit/notes/outages.ts';
import type { KnownOutage } from '../../../../functions/ports/audit/records.ts';
import { IAM_AWAY } from '../../../support/sights.ts';

const EARLIER = new Date('2026-03-10T11:45:00Z');
const NOW = new Date('2026-03-10T12:00:00Z');
const REFUSED_CONNECTION = { ...IAM_AWAY, code: 'iam-unavailable' } as const;
const DENIED = { ...IAM_AWAY, away: false, code: 'iam-unauthorized' } as const;
const known = (more: Partial<KnownOutage> = {}): KnownOutage => ({
  ...IAM_AWAY,
  since: EARLIER,
  credentials: 3,
  examples: ['a', 'b', 'c'],
  ...more,
});

describe('an outage', () => {
  it('is one, however many credentials it hides, whether they timed out or were refused', () => {
    const outages = new Outages();
    for (let number = 0; number < 150; number++)
      outages.failed(`customer-${number}`, number % 2 === 0 ? IAM_AWAY : REFUSED_CONNECTION);
    const { news, all } = outages.merge([], NOW);
    expect(news).toEqual(all);
    expect(all).toMatchObject([{ host: 'iam.example.com', since: NOW, credentials: 150 }]);
    expect(all[0]?.examples).toEqual(['customer-0', 'customer-1', 'customer-2', 'customer-3', 'customer-4']);
  });

  it('is one for each host', () => {
    const outages = new Outages();
    outages.failed('a', IAM_AWAY);
    outages.failed('b', { ...IAM_AWAY, host: 'iam.example.org' });
    expect(outages.merge([], NOW).news.map(({ host }) => host)).toEqual(['iam.example.com', 'iam.example.org']);
  });

  it('is another one where the system answers, and refuses', () => {
    const outages = new Outages();
    outages.failed('a', IAM_AWAY);
    outages.failed('b', DENIED);
    expect(outages.merge([], NOW).news).toHaveLength(2);
  });

  it('that goes on is no news, and keeps its beginning', () => {
    const outages = new Outages();
    outages.failed('d', REFUSED_CONNECTION);
    const { all, news } = outages.merge([known()], NOW);
    expect(news).toEqual([]);
    expect(all).toMatchObject([{ since: EARLIER, credentials: 1, examples: ['d'] }]);
  });

  it('is over once the system has answered', () => {
    const outages = new Outages();
    outages.answered(IAM_AWAY);
    expect(outages.merge([known()], NOW)).toEqual({ all: [], news: [] });
  });

  it('goes on where nobody asked', () => {
    expect(new Outages().merge([known()], NOW)).toEqual({ all: [known()], news: [] });
  });

  it('that some credentials see and others do not goes on', () => {
    const outages = new Outages();
    outages.answered(IAM_AWAY);
    outages.failed('a', IAM_AWAY);
    expect(outages.merge([known()], NOW).all).toHaveLength(1);
  });
});

describe('a system', () => {
  it('is away after three credentials in a row without an answer', () => {
    const outages = new Outages();
    outages.failed('a', IAM_AWAY);
    outages.failed('b', IAM_AWAY);
    expect(outages.isAway(IAM_AWAY)).toBe(false);
    outages.failed('c', IAM_AWAY);
    expect(outages.isAway(IAM_AWAY)).toBe(true);
  });

  it('is not once it has answered in between, nor where it refuses', () => {
    const outages = new Outages();
    outages.failed('a', IAM_AWAY);
    outages.failed('b', IAM_AWAY);
    outages.answered(IAM_AWAY);
    outages.failed('c', IAM_AWAY);
    for (const id of ['d', 'e', 'f']) outages.failed(id, DENIED);
    expect(outages.isAway(IAM_AWAY)).toBe(false);
  });
});
