import { describe, expect, it } from '@jest/globals';
import { GOALS, type GoalName, judge, verdictOf } from '../../bench/goals.ts';
import { briefTable, goalsTable, missedText } from '../../bench/goals-table.ts';
import { OBSTACLES } from '../../bench/obstacles.ts';

const spread = (median: number) => ({ median, low: median / 2, high: median * 2 });

describe('a goal', () => {
  it.each([
    ['is met by its limit', spread(1.1), 'met'],
    ['is met by what is printed as its limit', spread(1.104), 'met'],
    ['is missed by more, in its own measure and in percent', spread(1.32), '**missed** by 0.22 (20 %)'],
  ])('%s', (_, ours, verdict) => {
    const [judged] = judge([{ goal: 'outage-50', ours }]);
    expect(judged && verdictOf(judged)).toBe(verdict);
  });

  it('of nothing is missed by a number alone', () => {
    const [judged] = judge([{ goal: 'overlap-failed', ours: 3 }]);
    expect(judged && verdictOf(judged)).toBe('**missed** by 3');
  });

  it('says what may stand in its way, whichever it is', () => {
    const without = (Object.keys(GOALS) as GoalName[]).filter((name) => OBSTACLES[name] === undefined);
    // A failed request with overlap has no excuse.
    expect(without).toEqual(['overlap-failed']);
  });
});

describe('the table of goals', () => {
  it('has the goals in their own order, with ratios to peers and limit', () => {
    const { rows } = goalsTable([
      { goal: 'outage-50', ours: spread(1.2), template: spread(6), naive: spread(2) },
      { goal: 'invocations', ours: 1, template: 4, naive: 1 },
    ]);
    expect(rows).toEqual([
      ['invocations', '1', '4', '1', '0.25', '1.00', '≤ 1', '1.00', 'met'],
      [
        'outage in place ÷ (check + push), 50 ms each',
        '1.20 (0.60–2.40)',
        '6.00 (3.00–12.00)',
        '2.00 (1.00–4.00)',
        '0.20',
        '0.60',
        '≤ 1.1',
        '1.09',
        '**missed** by 0.10 (9 %)',
      ],
    ]);
  });

  it('names the bare handler where that is the only peer', () => {
    expect(goalsTable([{ goal: 'bundle-api', ours: 450, bare: 300 }]).rows[0]).toContain('bare: 300');
  });

  it('is short in the README', () => {
    const all = (Object.keys(GOALS) as GoalName[]).map((goal) => ({ goal, ours: 1 }));
    const { rows } = briefTable(all);
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.length).toBeLessThanOrEqual(8);
  });

  it('is followed by nothing where all is met', () => {
    expect(missedText([{ goal: 'invocations', ours: 1 }])).toBe('Every goal is met.\n');
  });
});
