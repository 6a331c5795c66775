import { expect, it } from '@jest/globals';
import { NEW_DIMENSIONS } from '../../laboratory/dimensions.ts';
import { playStates, statesText } from '../../laboratory/exhaustive.ts';

/** With the new dimensions each state meets each fault; without them only what every version has to do. */
const isTried = (_state: string, fault: string) => fault === 'none' || NEW_DIMENSIONS.includes('next-runs');

it('each state comes to an end under each fault that lasts, and is never without a planned run', async () => {
  const rows = await playStates(isTried);
  const stuck = rows.filter(
    ({ ended, fault }) => ended === 'never' || (ended === 'by the schedule' && !isHeard(fault)),
  );
  const forgotten = rows.filter((row) => row.forgotten);
  expect(statesText([...new Set([...stuck, ...forgotten])])).toBe('');
  expect(rows.length).toBeGreaterThan(20);
}, 120_000);

/** Where nothing can be planned, only the schedule's own next run can go on. */
function isHeard(fault: string): boolean {
  return fault === 'the scheduler is away';
}
