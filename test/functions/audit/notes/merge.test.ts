import { describe, expect, it } from '@jest/globals';
import type { Judgement } from '../../../../functions/audit/findings/judge.ts';
import { isNews, merge } from '../../../../functions/audit/notes/merge.ts';
import type { Finding, KnownFinding } from '../../../../functions/ports/audit/records.ts';

const EARLIER = new Date('2026-03-09T12:00:00Z');
const NOW = new Date('2026-03-10T12:00:00Z');
const differs = (about: string): Finding => ({ kind: 'connector-differs', about, detail: `${about} differs` });
const known = (finding: Finding, more: Partial<KnownFinding> = {}): KnownFinding => ({
  ...finding,
  since: EARLIER,
  announced: true,
  ...more,
});
const judged = (findings: readonly Finding[], tells = true): Judgement => ({ findings, tells: () => tells });

describe('what is known after an audit', () => {
  it('is new since now, and not announced yet', () => {
    expect(merge([], judged([differs('ifs')]), NOW)).toEqual([known(differs('ifs'), { since: NOW, announced: false })]);
  });

  it('is new since the time that the thing itself tells', () => {
    const since = new Date('2026-03-01T03:00:00Z');
    expect(merge([], judged([{ ...differs('ifs'), since }]), NOW)).toMatchObject([{ since }]);
  });

  it('goes on since it was found first, and is not announced again', () => {
    expect(merge([known(differs('ifs'))], judged([differs('ifs')]), NOW)).toEqual([known(differs('ifs'))]);
  });

  it('is over when an audit would have found it, and did not', () => {
    expect(merge([known(differs('ifs'))], judged([]), NOW)).toEqual([]);
  });

  it('stays where an audit could not tell', () => {
    expect(merge([known(differs('ifs'))], judged([], false), NOW)).toEqual([known(differs('ifs'))]);
  });

  it('is one finding for each thing that it is about', () => {
    const before = [known(differs('ifs'))];
    expect(merge(before, judged([differs('ifs'), differs('test')]), NOW)).toEqual([
      known(differs('ifs')),
      known(differs('test'), { since: NOW, announced: false }),
    ]);
  });
});

describe('news', () => {
  it('is what nobody knew of', () => {
    expect(isNews([known(differs('ifs'))], judged([differs('ifs'), differs('test')]))).toBe(true);
  });

  it('is not what was known, nor what is over', () => {
    expect(isNews([known(differs('ifs')), known(differs('test'))], judged([differs('ifs')]))).toBe(false);
  });
});
