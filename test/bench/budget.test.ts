import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Budget, budgetOf, differences, measureBudget, PARTS } from '../../bench/budget.ts';

const COMMITTED: Budget = JSON.parse(readFileSync(resolve(import.meta.dirname, 'budget.json'), 'utf8'));

describe('the committed budget, which `npm run bench:budget` writes anew', () => {
  it.each(PARTS.map((part) => [`${part.groups[0]}, ${part.row}`, part] as const))(
    'is what is taken: %s',
    async (_, part) => {
      expect(differences(budgetOf(COMMITTED, part), await measureBudget([part]))).toEqual([]);
    },
  );

  it('has a row for each part, and no other', () => {
    const rows = Object.entries(COMMITTED).flatMap(([group, { rows }]) => Object.keys(rows).map((row) => [group, row]));
    const measured = PARTS.flatMap(({ groups, row }) => groups.map((group) => [group, row]));
    expect(rows.toSorted()).toEqual(measured.toSorted());
  });
});

describe('the comparison with a budget', () => {
  const budget = (...numbers: number[]): Budget => ({
    rotation: { columns: ['calls', 'depth'], rows: { 'in-place': numbers } },
  });

  it('says nothing of what is as budgeted', () => {
    expect(differences(budget(19, 15), budget(19, 15))).toEqual([]);
  });

  it('tells each number that is more', () => {
    expect(differences(budget(19, 15), budget(20, 16))).toEqual([
      'rotation, in-place, calls: 20, and the budget is 19',
      'rotation, in-place, depth: 16, and the budget is 15',
    ]);
  });

  it('tells what is less, so that the budget is lowered', () => {
    expect(differences(budget(19, 15), budget(19, 11))).toEqual([
      'rotation, in-place, depth: 11, less than 15: lower the budget',
    ]);
  });

  it('tells what has no budget, and a budget for nothing', () => {
    const other: Budget = { rotation: { columns: ['calls'], rows: { other: [8] } } };
    expect(differences(budget(19), other)).toEqual([
      'rotation, in-place, calls: a budget of 19, and there is no such thing',
      'rotation, other, calls: 8, and there is no budget for it',
    ]);
  });
});
