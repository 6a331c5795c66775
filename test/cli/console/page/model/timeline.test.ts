import { describe, expect, it } from '@jest/globals';
import type { Credential, Run } from '../../../../../cli/console/page/model/answers.ts';
import { timeLineOf } from '../../../../../cli/console/page/model/timeline.ts';
import { credentialWith } from './credential-with.ts';

const day = (count: number) => new Date(Date.UTC(2026, 2, count)).toISOString();
const NOW = Date.parse(day(20));

function credential(change: Partial<Credential> = {}): Credential {
  return credentialWith({
    versionId: 'v3',
    rotatedAt: day(18),
    ageDays: 2,
    schedule: { expression: 'rate(30 days)', timezone: 'UTC', state: 'ENABLED' },
    connectors: [{ name: 'IFS', via: 'https', proof: null }],
    ...change,
  });
}

/** A run that has ended. */
function run(change: Partial<Run>): Run {
  const { startedAt = day(1) } = change;
  return {
    requestId: `r-${startedAt}`,
    rotationId: null,
    credential: 'acme-prod',
    kind: 'rotation',
    trigger: 'api',
    status: 'ended',
    requestedAt: startedAt,
    begunAt: startedAt,
    endedAt: startedAt,
    outcome: 'rotated',
    nothingChanged: false,
    ...change,
  };
}

const has = (level: 'written' | null) => [
  { name: 'IFS', sectionsWritten: 1, sectionsSkipped: 0, proof: level && { level } },
];

/** Newest first: adopted, rotated with a grace that was ended, rotated with a grace that goes on. */
const RUNS: readonly Run[] = [
  run({ startedAt: day(18), rotationId: 'v3', previousValidUntil: day(25), connectors: has('written') }),
  run({ startedAt: day(14), kind: 'retire', versionId: 'v1', outcome: 'retired' }),
  run({ startedAt: day(10), rotationId: 'v2', previousValidUntil: day(16), connectors: has('written') }),
  run({ startedAt: day(5), outcome: 'refused', failure: { code: 'iam-unavailable', detail: '', next: '' } }),
  run({ startedAt: day(1), outcome: 'adopted', rotationId: 'v1', previousValidUntil: null, connectors: has(null) }),
];

/** The lanes in short: version, days from and until, and how it ends. */
function lanesOf(one: Credential, runs: readonly Run[]) {
  const dayOf = (at: number) => new Date(at).getUTCDate();
  return Object.fromEntries(
    (timeLineOf(one, runs, NOW)?.lanes ?? []).map(({ name, segments }) => [
      name,
      segments.map(({ version, from, to, end }) => `${version} ${dayOf(from)}–${dayOf(to)} ${end}`),
    ]),
  );
}

describe('the time line', () => {
  it('shows which secret counts where: a retire ends one, a grace goes on, and labels move', () => {
    expect(lanesOf(credential(), RUNS)).toEqual({
      'The IAM accepts': ['v1 1–14 ended', 'v2 10–25 planned', 'v3 18–20 goes-on'],
      'IFS uses': [' 1–10 unproven', 'v2 10–18 ended', 'v3 18–20 goes-on'],
      AWSCURRENT: ['v1 1–10 ended', 'v2 10–18 ended', 'v3 18–20 goes-on'],
      AWSPREVIOUS: ['v1 10–18 ended', 'v2 18–20 goes-on'],
    });
    expect(timeLineOf(credential(), RUNS, NOW)?.marks).toEqual([{ at: Date.parse(day(25)), text: 'grace ends' }]);
  });

  it('ends a revoked secret with its run, and one without an overlap with the change', () => {
    const revoked = run({ startedAt: day(10), rotationId: 'v2', previousRevoked: true, previousValidUntil: null });
    const inPlace = run({ startedAt: day(18), rotationId: 'v3', previousValidUntil: null });
    const lanes = lanesOf(credential(), [inPlace, revoked, ...RUNS.slice(-1)]);
    expect(lanes['The IAM accepts']).toEqual(['v1 1–10 ended', 'v2 10–18 ended', 'v3 18–20 goes-on']);
  });

  it('leaves a connector with its secret that was left behind, or could not be given another', () => {
    const [last, ...others] = RUNS;
    const behind = run({ ...last, outcome: 'stored-not-applied', connectors: has(null) });
    expect(lanesOf(credential(), [behind, ...others])['IFS uses']).toEqual([' 1–10 unproven', 'v2 10–20 goes-on']);
  });

  it("takes a person's word for a manual connector", () => {
    const proof = { level: 'attested', by: 'anna', at: day(19) } as const;
    const connectors = [{ name: 'By hand', via: 'manual', proof } as const];
    expect(lanesOf(credential({ connectors }), RUNS)['By hand uses']).toEqual([' 1–19 unproven', 'v3 19–20 goes-on']);
  });

  it('shows the label where the record of runs is lost, and nothing before the first run', () => {
    expect(lanesOf(credential(), [])).toEqual({
      'The IAM accepts': ['v3 18–20 goes-on'],
      'IFS uses': [' 18–20 unproven'],
      AWSCURRENT: ['v3 18–20 goes-on'],
    });
    expect(timeLineOf(credential({ versionId: null, rotatedAt: null }), [], NOW)).toBeUndefined();
  });
});
