import { expect, it } from '@jest/globals';
import { auditFaults, playAudits } from '../../laboratory/audits.ts';

/** All starts, audits beside each run and after its death at each write, for some strategy, renewal and call. */
const PARTS = [
  { strategy: 'in-place', renewal: 'set', desk: 'false', trigger: 'api' },
  { strategy: 'dual-secret', renewal: 'regenerate', desk: 'false', trigger: 'schedule' },
  { strategy: 'alternating-clients', renewal: 'set', desk: 'true', trigger: 'api' },
  { strategy: 'in-place', renewal: 'by-person', desk: 'false', trigger: 'api' },
];

it.each(PARTS)(
  'an audit writes nothing, and calls no right secret wrong, whatever a run does meanwhile: %j',
  async (only) => {
    const played = await playAudits({ only, progress: () => undefined });
    expect(auditFaults(played)).toEqual([]);
    expect(played.length).toBeGreaterThan(80);
    // They were there, and saw: what a dead run has left is found.
    expect(new Set(played.flatMap(({ found }) => found)).size).toBeGreaterThan(1);
  },
  240_000,
);
