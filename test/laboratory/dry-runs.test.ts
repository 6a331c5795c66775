import { expect, it } from '@jest/globals';
import { dryRunFaults, playDryRuns } from '../../laboratory/dry-runs.ts';

/** All starts, and deaths at each write, for some strategy, renewal and call. */
const PARTS = [
  { strategy: 'in-place', renewal: 'set', desk: 'false', trigger: 'api' },
  { strategy: 'in-place', renewal: 'regenerate', desk: 'false', trigger: 'schedule' },
  { strategy: 'dual-secret', renewal: 'set', desk: 'false', trigger: 'rollback' },
  { strategy: 'dual-secret', renewal: 'regenerate', desk: 'false', trigger: 'revoke' },
  { strategy: 'alternating-clients', renewal: 'set', desk: 'true', trigger: 'leaving-revoke' },
  { strategy: 'in-place', renewal: 'by-person', desk: 'false', trigger: 'api' },
];

it.each(PARTS)(
  'a dry run writes nothing, and names the action that the run then takes: %j',
  async (only) => {
    const runs = await playDryRuns({ only, progress: () => undefined });
    expect(dryRunFaults(runs)).toEqual([]);
    expect(runs.length).toBeGreaterThan(50);
    expect(new Set(runs.map(({ planned }) => planned.split(' ')[0])).size).toBeGreaterThan(4);
  },
  120_000,
);
