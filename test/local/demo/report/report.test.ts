import { describe, expect, it } from '@jest/globals';
import { timelinePicture } from '../../../../local/demo/picture/timeline.ts';
import { faultsOf } from '../../../../local/demo/report/faults.ts';
import type { Measured, RotationLine } from '../../../../local/demo/report/report.ts';
import { outagesOf, type SecretsState } from '../../../../local/demo/report/secrets-states.ts';
import { table } from '../../../../local/demo/report/table.ts';

const LINE: RotationLine = {
  credential: 'acme-prod',
  doors: 'keycloak+https',
  strategy: 'dual-secret',
  trigger: 'schedule',
  outcome: 'rotated',
  rotationId: 'b59ea861-d11d-8664-a960-680cada9366f',
  durationMs: 150,
  outageMs: 0,
  requests: 250,
  failedRequests: 0,
  oldSecretRefused: true,
  proof: 'written',
  steps: [],
};
const STATES: SecretsState[] = [
  { at: 0, accepted: ['A'], configured: 'A' },
  { at: 2000, accepted: ['B'], configured: 'A' },
  { at: 2030, accepted: ['B'], configured: 'B' },
];

/** Five seconds with a trigger after one, and an outage from 2000 to 2030 ms when it is in place. */
function measured(line: Partial<RotationLine> = {}, failedAt: number[] = []): Measured {
  const inPlace = line.strategy === 'in-place';
  const requests = failedAt.map((at) => ({ startedAt: at, endedAt: at + 4, error: 'unauthorized_client' }));
  return {
    line: { ...LINE, outageMs: inPlace ? 30 : 0, failedRequests: failedAt.length, ...line },
    triggeredAt: 1000,
    window: { from: 0, to: 5000 },
    states: inPlace ? STATES : [{ at: 0, accepted: ['A'], configured: 'A' }],
    outages: inPlace ? [{ from: 2000, to: 2030 }] : [],
    requests,
  };
}

const ADOPTED = [{ credential: 'acme-prod', outcome: 'adopted' }] as const;

describe('what has to hold', () => {
  it('holds for an overlap without a failure, and for a gap in which alone requests fail', () => {
    expect(faultsOf(ADOPTED, [measured(), measured({ strategy: 'in-place' }, [1998, 2010, 2029])])).toEqual([]);
  });

  it.each<[string, Measured, string]>([
    ['another outcome', measured({ outcome: 'rolled-back' }), 'it ended rolled-back, not rotated'],
    ['too few requests', measured({ requests: 249 }), 'only 49.8 requests a second were sent'],
    ['an overlap with an outage', measured({ outageMs: 3 }), "the connector's secret was refused for 3 ms"],
    [
      'no outage in place',
      measured({ strategy: 'in-place', outageMs: 0 }),
      "the connector's secret was refused for 0 ms",
    ],
    ['an old secret that lives', measured({ oldSecretRefused: false }), 'the old secret is still accepted'],
    [
      'a failure outside of the gap',
      measured({ strategy: 'in-place' }, [2010, 2500]),
      "1 requests failed while the connector's secret was accepted",
    ],
  ])('does not with %s', (_, rotation, fault) => {
    expect(faultsOf(ADOPTED, [rotation])).toEqual([`acme-prod (schedule): ${fault}`]);
  });

  describe('with a person on both sides', () => {
    const byPerson = {
      strategy: 'in-place',
      doors: 'manual+manual',
      proof: 'attested',
      tasks: [
        { kind: 'submit-secret', done: true },
        { kind: 'enter-secret', done: true },
      ],
    } satisfies Partial<RotationLine>;
    const rotation = (line: Partial<RotationLine> = {}, handover = { from: 2000, to: 2030 }) => ({
      ...measured({ ...byPerson, ...line }, [2010]),
      handover,
    });

    it('holds while requests fail between the refresh and the entry alone, and all tasks are done', () => {
      expect(faultsOf(ADOPTED, [rotation()])).toEqual([]);
    });

    it.each([
      ['before the refresh', { from: 2001, to: 2030 }],
      ['after the entry', { from: 2000, to: 2029 }],
    ])('does not with an outage %s', (_, handover) => {
      expect(faultsOf(ADOPTED, [rotation({}, handover)])).toEqual([
        "acme-prod (schedule): the connector's secret was refused before the person's refresh, or after the entry",
      ]);
    });

    it('does not while a task is open, or was never given', () => {
      const [submit, enter] = byPerson.tasks;
      if (!submit || !enter) throw new Error('there are no tasks');
      const open = { tasks: [submit, { ...enter, done: false }] };
      expect(faultsOf(ADOPTED, [rotation(open), rotation({ tasks: [submit] })])).toEqual([
        'acme-prod (schedule): the tasks are submit-secret done, enter-secret open, and not submit-secret done, enter-secret done',
        'acme-prod (schedule): the tasks are submit-secret done, and not submit-secret done, enter-secret done',
      ]);
    });
  });

  it.each([
    ['keycloak+https', 'loaded', 'loaded, not written'],
    ['keycloak+agent', 'written', 'written, not loaded'],
    ['keycloak+agent', null, 'missing, not loaded'],
  ] as const)('does not where %s is proven by %s', (doors, proof, fault) => {
    expect(faultsOf(ADOPTED, [measured({ doors, proof })])).toEqual([
      `acme-prod (schedule): the proof of the connector is ${fault}`,
    ]);
  });

  it('asks for as many requests as the machine was given', () => {
    expect(faultsOf(ADOPTED, [measured({ requests: 30 })], 6)).toEqual([]);
    expect(faultsOf(ADOPTED, [measured({ requests: 29 })], 6)).toEqual([
      'acme-prod (schedule): only 5.8 requests a second were sent',
    ]);
  });

  it('does not with a failed request in spite of the overlap', () => {
    expect(faultsOf(ADOPTED, [measured({}, [2010])])).toContain(
      'acme-prod (schedule): 1 requests failed in spite of the overlap',
    );
  });

  it('does not when a first run did not adopt', () => {
    expect(faultsOf([{ credential: 'acme-prod', outcome: 'refused' }], [])).toEqual([
      'acme-prod: the first run ended refused, not adopted',
    ]);
  });
});

describe('an outage', () => {
  it('lasts while the IAM does not accept what the connector is configured with', () => {
    expect(outagesOf(STATES, { from: 1000, to: 5000 })).toEqual([{ from: 2000, to: 2030 }]);
  });

  it('ends with the span where nobody has ended it', () => {
    expect(outagesOf(STATES.slice(0, 2), { from: 2010, to: 5000 })).toEqual([{ from: 2010, to: 5000 }]);
  });
});

describe('the table', () => {
  const long: RotationLine = {
    ...LINE,
    credential: 'umbrella-prod',
    doors: 'keycloak+manual',
    outcome: 'awaiting-person',
    proof: null,
    durationMs: 12_345,
    outageMs: 1029.64,
    requests: 3210,
    failedRequests: 12,
    oldSecretRefused: false,
  };

  it('has two lines for each rotation', () => {
    const rows = table([LINE, long]).split('\n');
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ['credential', 'strategy', 'trigger', 'took', 'outage', 'failed', 'old is'],
      ['IAM+connector', 'proof', 'outcome', 'ms', 'ms', 'of sent', 'refused?'],
      expect.any(Array),
      ['acme-prod', 'dual-secret', 'schedule', '150', '0', '0/250', 'yes'],
      ['keycloak+https', 'written', 'rotated'],
      [''],
      ['umbrella-prod', 'dual-secret', 'schedule', '12345', '1029.6', '12/3210', 'NO'],
      ['keycloak+manual', '-', 'awaiting-person'],
    ]);
  });

  it('fits on a terminal of 80 columns', () => {
    const rows = table([LINE, long]).split('\n');
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

describe('the picture', () => {
  it('tells in words what it shows, and draws each failed request in the gap', () => {
    const svg = timelinePicture([measured(), measured({ strategy: 'in-place' }, [1998, 2010, 4000])]);
    expect(svg).toContain(
      'With in-place, the secret that the connector uses was refused for 30 milliseconds, and 3 of its 250 token requests failed.',
    );
    expect(svg).toContain('aria-labelledby="title desc"');
    // The third one is outside of what is shown.
    expect(svg.match(/<line class="failed"/g)).toHaveLength(2);
    expect(svg.match(/<rect class="gap"/g)).toHaveLength(1);
  });

  it('draws a request that was on its way when the gap began where it was refused: in the gap', () => {
    const svg = timelinePicture([measured({ strategy: 'in-place' }, [1998, 2010])]);
    const gap = Number(/<rect class="gap" x="([\d.]+)"/.exec(svg)?.[1]);
    const failed = [...svg.matchAll(/<line class="failed" x1="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(failed[0]).toBe(gap);
    expect(failed[1]).toBeGreaterThan(gap);
  });
});
