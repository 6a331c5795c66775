import { beforeEach, describe, expect, it } from '@jest/globals';
import { RotationError } from '../../functions/credential/errors.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { falseClaims, lateFalsehoods } from '../../laboratory/claims.ts';
import { Climate } from '../../laboratory/climate.ts';
import { Laboratory } from '../../laboratory/laboratory.ts';
import { Player } from '../../laboratory/player.ts';
import type { Process } from '../../laboratory/process.ts';
import { Script } from '../../laboratory/script.ts';
import { changedAt, clientOf, snapshot } from '../../laboratory/snapshot.ts';
import { type RunRecord, untruths } from '../../laboratory/truth.ts';
import { restFaults, verdict } from '../../laboratory/verdict.ts';
import { FIRST_SECRET, IDLE_CLIENT_ID, REALM } from '../support/parts.ts';

const HOUR_MS = 3_600_000;
const GRACE_MS = 12 * HOUR_MS;

/** A laboratory after one rotation, and what a run of it would have left. */
async function rotated(strategy: 'in-place' | 'dual-secret') {
  const laboratory = new Laboratory({
    combination: { strategy, renewal: 'set', native: false },
    connectors: 2,
    adopted: true,
  });
  const player = new Player(laboratory);
  const { simulation, monitor } = laboratory;
  await simulation.run(player.schedule());
  simulation.begin([], []);
  monitor.forget();
  player.records.length = 0;
  const script = Script.parse({ strategy, renewal: 'set', events: [] });
  const climate = new Climate(script, simulation.now);
  return { laboratory, player, climate };
}

/** A report that claims nothing. */
const REPORT = { trigger: 'schedule', outcome: 'rotated', connectors: [] } as unknown as Rotation;

function recordOf({ parts, simulation, credential }: Laboratory, differs: Partial<RunRecord> = {}): RunRecord {
  const now = snapshot(parts);
  return {
    process: 0,
    name: 'rotate by schedule',
    credential: credential.id,
    attempt: 1,
    startedAt: simulation.now,
    endedAt: simulation.now,
    before: now,
    after: now,
    undisturbed: true,
    undisturbedButForSteps: true,
    repeat: undefined,
    asked: {},
    ending: { kind: 'returned', value: REPORT },
    conduct: { sent: [], changes: [], touched: new Set(), looks: new Map() },
    timedOut: false,
    aheadMs: 0,
    graceMs: GRACE_MS,
    readStale: false,
    nodeLags: false,
    isMisled: false,
    goesOn: true,
    repeated: false,
    ...differs,
  };
}

function ended(value: object): Pick<RunRecord, 'ending'> {
  return { ending: { kind: 'returned', value: { ...REPORT, ...value } as Rotation } };
}

const conduct = (...changes: string[]) => ({
  conduct: { sent: changes, changes, touched: new Set(['ifs-1']), looks: new Map<string, number>() },
});

it('what a report tells of the previous secret is not judged by a desk of which a person has said what is not so', async () => {
  const { laboratory } = await rotated('dual-secret');
  const now = snapshot(laboratory.parts);
  const at = (place: string, accepted: boolean) => ({
    ...now,
    pending: now.current?.id,
    sections: now.sections.map((section) => ({ ...section, place, accepted })),
  });
  const faults = (place: string, isMisled: boolean) =>
    untruths(
      laboratory.parts,
      recordOf(laboratory, {
        isMisled,
        before: at(place, true),
        after: at(place, false),
        ...ended({ outcome: 'stored-not-applied', previousWorks: true }),
      }),
    );
  const refused = ['a run reported stored-not-applied, but a connector is refused'];
  expect([faults('desk runtime', false), faults('ifs-1 runtime', true)]).toEqual([refused, refused]);
  expect(faults('desk runtime', true)).toEqual([]);
});

describe('what a report claims', () => {
  let lab: Laboratory;
  beforeEach(async () => {
    lab = (await rotated('dual-secret')).laboratory;
  });
  const claims = (differs: Partial<RunRecord>) => falseClaims(lab.parts, recordOf(lab, differs)).join('; ');

  it('is believed where it is so, and where it is left open', () => {
    const until = new Date(lab.simulation.now + GRACE_MS).toISOString();
    const claim = { nothingChanged: null, previousWorks: true, previousValidUntil: until };
    expect(claims({ ...ended(claim), ...conduct('iam PUT /clients/1 secret') })).toBe('');
  });

  it('that nothing was changed: not after a change, not when a label was moved', () => {
    const claim = ended({ outcome: 'unchanged', nothingChanged: true });
    expect(claims({ ...claim, ...conduct('connector PATCH /ifs-1') })).toContain('connector PATCH /ifs-1 had changed');
    const after = { ...snapshot(lab.parts), pending: 'another' };
    expect(claims({ ...claim, after })).toContain('a label was moved');
    expect(claims(ended({ nothingChanged: false }))).toContain('had sent no write');
    const error = new RotationError('too-soon', '', { changed: false });
    expect(claims({ ending: { kind: 'threw', error }, ...conduct('iam PUT /clients/1') })).toContain('had changed');
  });

  it('that nothing was changed: not when a late request changes it afterwards', () => {
    const record = recordOf(lab, ended({ nothingChanged: true }));
    expect(lateFalsehoods([record])).toEqual([]);
    record.conduct.changes.push('iam PUT /clients/1 secret');
    expect(lateFalsehoods([record]).join()).toContain('iam PUT /clients/1 secret had changed');
  });

  it('that the previous secret works, or does not', () => {
    const { iam } = lab.parts;
    expect(claims(ended({ previousWorks: false }))).toContain('it is accepted');
    iam.endOverlap(REALM, clientOf(lab.parts, lab.credential.clientId as string)?.id ?? '');
    expect(claims(ended({ previousWorks: true }))).toContain('it is refused');
  });

  it('until when the previous secret works: neither over, nor sooner than grace is, nor longer than the IAM keeps it', () => {
    const at = (ms: number) => ended({ previousValidUntil: new Date(lab.simulation.now + ms).toISOString() });
    expect(claims(at(-60_000))).toContain('a time that is over');
    expect(claims({ ...at(60_000), aheadMs: 120_000 })).toContain('a time that is over');
    expect(claims(at(30 * 24 * HOUR_MS))).toContain('the IAM ends it before');
    expect(claims(at(HOUR_MS))).toContain('sooner than it will');
    expect(claims({ ...at(HOUR_MS), asked: { revokePrevious: true } })).not.toContain('sooner');
    expect(claims(at(GRACE_MS))).toBe('');
  });

  it('until when a connector is handed over: of a version that no answer has shown yet nothing is claimed', () => {
    const { parts, simulation } = lab;
    const task = {
      kind: 'enter-secret',
      versionId: snapshot(parts).current?.id ?? '',
      openedAt: new Date(0),
      dueAt: new Date(0),
    };
    const asked = { tasks: [task], enter: true, submit: false, works: true, readsIam: true } as never;
    const told = [{ kind: task.kind, versionId: task.versionId, dueAt: task.dueAt.toISOString() }];
    const claim = { after: { ...snapshot(parts), asked }, ...ended({ outcome: 'refused', tasks: told }) };
    const seen = (labels: number, ...changes: string[]) => {
      const looks = new Map([['labels', labels]]);
      return claims({ ...claim, conduct: { sent: changes, changes, touched: new Set(), looks } });
    };
    expect(seen(changedAt(parts) - 1)).not.toContain('handed over');
    expect(seen(simulation.now)).toContain('that desk is handed over until undefined');
    // What the run itself has changed it knows.
    expect(seen(changedAt(parts) - 1, 'secrets-manager PutSecretValue')).toContain('handed over until undefined');
  });

  it('that it was refused: not while AWSPENDING stands', () => {
    const after = { ...snapshot(lab.parts), pending: 'another' };
    expect(claims({ ...ended({ outcome: 'refused' }), after })).toContain('AWSPENDING stands');
    expect(claims(ended({ outcome: 'refused' }))).toBe('');
  });

  it('that it was rolled back: not while the IAM or a connector that was written holds another secret', () => {
    const record = { ...ended({ outcome: 'rolled-back' }), ...conduct('connector PATCH /ifs-1') };
    expect(claims(record)).toBe('');
    const after = snapshot(lab.parts);
    const sections = after.sections.map((section) => ({ ...section, clientSecret: FIRST_SECRET }));
    expect(claims({ ...record, after: { ...after, sections } })).toContain('ifs-1 runtime does not hold');
    expect(claims({ ...record, after: { ...after, sections } })).not.toContain('ifs-2');
    const iam = { [lab.credential.clientId as string]: { secret: FIRST_SECRET, rotated: undefined } };
    expect(claims({ ...record, after: { ...after, iam } })).toContain('the IAM does not hold');
  });
});

describe('a scene is judged', () => {
  const own = (process: Partial<Process>) => ({
    by: 'own' as const,
    what: 'iam PUT /clients/1 secret',
    process: {
      index: 0,
      name: 'rotate by schedule',
      conduct: { looks: new Map<string, number>() },
      startedAt: 0,
      ...process,
    } as Process,
  });

  async function afterOwnWrite(
    strategy: 'in-place' | 'dual-secret',
    process: Partial<Process> = {},
    before: (now: number) => unknown = () => undefined,
  ) {
    const played = await rotated(strategy);
    const { parts, monitor, simulation, credential } = played.laboratory;
    before(simulation.now);
    const client = clientOf(parts, credential.clientId as string);
    parts.iam
      .realm(REALM)
      .clients.set(client?.id ?? '', { ...(client as object), secret: 'x', attributes: {} } as never);
    monitor.look(own({ startedAt: simulation.now, ...process }));
    return played;
  }

  it('by an outage that a write of ours began where two secrets can work', async () => {
    const played = await afterOwnWrite('dual-secret');
    expect(verdict(played, ['outages']).join()).toContain('though two can work at once');
    expect(played.laboratory.monitor.ownOutages).toContain('ifs-1 by own iam PUT /clients/1 secret');
    expect(verdict(played, [])).toEqual([]);
  });

  it('not by one that a person began after the run had looked', async () => {
    const played = await afterOwnWrite('dual-secret');
    const { simulation } = played.laboratory;
    simulation.deeds.push({ at: simulation.now, what: 'regenerate' });
    expect(verdict(played, ['outages'])).toEqual([]);
  });

  it('as much by one that the run had seen beforehand, whatever it has seen since', async () => {
    for (const [first, later, faults] of [
      [5, 5, 'though two can work at once'],
      [-5, 5, ''],
    ] as const) {
      const looks = new Map<string, number>();
      const conduct = { sent: [], changes: [], touched: new Set<string>(), looks };
      const played = await afterOwnWrite('dual-secret', { conduct }, (now) =>
        looks.set('iam', now + first).set('ifs-1', now + first),
      );
      const { now, deeds } = played.laboratory.simulation;
      looks.set('iam', now + later).set('ifs-1', now + later);
      deeds.push({ at: now, what: 'regenerate' });
      expect(verdict(played, ['outages']).join()).toContain(faults);
      expect(verdict(played, ['outages'])).toHaveLength(faults === '' ? 0 : 1);
    }
  });

  it('in-place, by an outage that is still open when its run has ended', async () => {
    const played = await afterOwnWrite('in-place');
    const { simulation } = played.laboratory;
    played.player.records.push(recordOf(played.laboratory));
    expect(verdict(played, ['outages']).join()).toContain('did not end in time');
    simulation.troubles.push({ at: simulation.now, process: 0, name: 'iam GET /clients' });
    expect(verdict(played, ['outages'])).toEqual([]);
    for (const outage of played.laboratory.monitor.outages) outage.to = simulation.now + 100 * 60_000 + 1;
    expect(verdict(played, ['outages']).join()).toContain('did not end in time');
  });

  it('in-place, not where a clock that is wrong by more than a lease has let two runs meet: the next one repairs it', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    const { simulation, monitor, timing } = laboratory;
    const { now: startedAt } = simulation;
    const endedAt = startedAt + 1000;
    const record = (process: number, differs: Partial<RunRecord>) =>
      recordOf(laboratory, { process, startedAt, endedAt, ...differs });
    for (const outage of monitor.outages) outage.to = startedAt + timing.leaseMs;
    const faults = (...others: RunRecord[]) => {
      player.records.splice(0, player.records.length, record(0, {}), ...others);
      return verdict(played, ['outages']).join();
    };
    const aheadMs = timing.leaseMs;
    expect(faults(record(1, { aheadMs }))).toBe('');
    expect(faults(record(1, { aheadMs: -aheadMs }))).toBe('');
    expect(faults(record(1, { aheadMs: aheadMs / 2 }))).toContain('did not end in time');
    expect(faults(record(1, { aheadMs, startedAt: endedAt, endedAt: endedAt + 1 }))).toContain('did not end in time');
    expect(faults(record(1, { aheadMs, credential: 'another' }))).toContain('did not end in time');
    for (const outage of monitor.outages) outage.to = endedAt + 100 * 60_000 + 1;
    expect(faults(record(1, { aheadMs }))).toContain('did not end in time');
  });

  it('in-place, not where the scheduler was away each time that the last run has asked for its repeat', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    const { simulation, monitor } = laboratory;
    for (const outage of monitor.outages) outage.to = simulation.now + 24 * HOUR_MS;
    simulation.troubles.push({ at: simulation.now, process: 0, name: 'scheduler CreateSchedule' });
    const faults = (differs: Partial<RunRecord>) => {
      player.records.splice(0, player.records.length, recordOf(laboratory, differs));
      return verdict(played, ['outages']).join();
    };
    expect(faults({ goesOn: false })).toBe('');
    // What is planned reminds a person, hours later; the run that it begins ends the outage.
    expect(faults({ goesOn: true })).toBe('');
    const ends = simulation.now + 24 * HOUR_MS;
    player.records.push(recordOf(laboratory, { process: 1, startedAt: ends - 1000, endedAt: ends + 1000 }));
    expect(verdict(played, ['outages']).join()).toBe('');
    expect(faults({ goesOn: false, repeated: true })).toContain('did not end in time');
    simulation.troubles.splice(0, 1, { at: simulation.now, process: 0, name: 'iam GET /clients' });
    expect(faults({ goesOn: false })).toContain('did not end in time');
  });

  it('not by one of what a person has ended: a secret made by hand, and the policy removed that kept the one before', async () => {
    const played = await afterOwnWrite('dual-secret');
    const { laboratory, player } = played;
    const { simulation, parts } = laboratory;
    const after = snapshot(parts);
    const made = { ...after.iam, [after.current?.clientId ?? '']: { secret: 'made-by-hand', rotated: undefined } };
    const before = { ...after, iam: made };
    const adopted = {
      ...after,
      iam: made,
      current: { ...after.current, clientSecret: 'made-by-hand' },
    } as typeof after;
    const faults = (differs: Partial<RunRecord>) => {
      player.records.splice(0, player.records.length, recordOf(laboratory, differs));
      return verdict(played, ['outages']).join();
    };
    expect(faults({ before, after: adopted })).toContain('though two can work at once');
    simulation.deeds.push({ at: simulation.now - HOUR_MS, what: 'remove-policy' });
    expect(faults({ before, after: adopted })).toBe('');
    // A renewal of the run's own is another thing: it needs the policy, and has to ask for it.
    expect(faults({ before: after, after: adopted })).toContain('though two can work at once');
    expect(faults({ before, after })).toContain('though two can work at once');
  });

  it('in-place, by a retire that ends a secret in use', async () => {
    const played = await afterOwnWrite('in-place', { name: 'retire' });
    expect(verdict(played, ['outages']).join()).toContain('lost a secret that it used');
  });

  it('by a connector that stays cut off though a run has seen it', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    player.records.push(recordOf(laboratory));
    laboratory.simulation.troubles.push({ at: laboratory.simulation.now, process: 0, name: 'connector GET /ifs-2' });
    laboratory.simulation.now += 101 * 60_000;
    const faults = verdict(played, ['outages']).join();
    expect(faults).toContain('ifs-1 stayed cut off');
    laboratory.simulation.troubles.push({ at: laboratory.simulation.now, process: 0, name: 'connector GET /ifs-1' });
    expect(verdict(played, ['outages']).join()).not.toContain('ifs-1 stayed cut off');
  });

  it('not where all is slow, and each run that has seen it was out of time before it could help', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    const { simulation } = laboratory;
    const failed = (code: string) => recordOf(laboratory, ended({ outcome: 'interrupted', failure: { code } }));
    const slow = { strategy: 'in-place', renewal: 'set', events: [], latency: [{ of: 'store', ms: 9900, tail: 0 }] };
    const faults = (code: string, script: object) => {
      player.records.push(failed(code));
      simulation.now += 90 * 60_000;
      player.records.push(failed(code));
      simulation.now += 90 * 60_000;
      const climate = new Climate(Script.parse(script), simulation.now);
      const said = verdict({ ...played, climate }, ['outages']).join();
      player.records.splice(0);
      return said;
    };
    expect(faults('connector-behind', slow)).toContain('ifs-1 stayed cut off');
    expect(faults('out-of-time', { ...slow, latency: [] })).toContain('ifs-1 stayed cut off');
    expect(faults('out-of-time', slow)).not.toContain('ifs-1 stayed cut off');
  });

  it('not at a first run, while another connector does not answer', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    player.records.push(recordOf(laboratory, { before: { ...snapshot(laboratory.parts), current: undefined } }));
    laboratory.simulation.now += 101 * 60_000;
    expect(verdict(played, ['outages']).join()).toContain('ifs-1 stayed cut off');
    laboratory.simulation.troubles.push({ at: laboratory.simulation.now, process: 0, name: 'connector GET /ifs-2' });
    expect(verdict(played, ['outages']).join()).not.toContain('ifs-1 stayed cut off');
  });

  it('not by one that nobody comes to help, since Lambda has given up; but by one that a run has not helped since', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    const { simulation } = laboratory;
    player.records.push(recordOf(laboratory), recordOf(laboratory, { ending: { kind: 'died' } }));
    simulation.now += 101 * 60_000;
    expect(verdict(played, ['outages']).join()).not.toContain('stayed cut off');
    player.records.push(recordOf(laboratory, { startedAt: simulation.now }));
    simulation.now += 101 * 60_000;
    expect(verdict(played, ['outages']).join()).toContain('ifs-1 stayed cut off');
  });

  it.each([{ repeated: true }, { timedOut: true }, { name: 'rotate' }])(
    'by one that is left by a run that died otherwise: %p',
    async (how) => {
      const played = await afterOwnWrite('in-place');
      const { laboratory, player } = played;
      player.records.push(recordOf(laboratory), recordOf(laboratory, { ending: { kind: 'died' }, ...how }));
      laboratory.simulation.now += 101 * 60_000;
      expect(verdict(played, ['outages']).join()).toContain('ifs-1 stayed cut off');
    },
  );

  it('not by one that only a run of another credential has seen', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    player.records.push(recordOf(laboratory, { credential: 'acme-second' }));
    laboratory.simulation.now += 101 * 60_000;
    expect(verdict(played, ['outages']).join()).not.toContain('stayed cut off');
  });

  it('by a run that its time-out ended between a write to the IAM and the end of that', async () => {
    const { laboratory, player, climate } = await afterOwnWrite('in-place');
    const record = recordOf(laboratory, {
      timedOut: true,
      ending: { kind: 'died' },
      ...conduct('iam PUT /clients/1 secret'),
    });
    player.records.push(record);
    expect(verdict({ laboratory, player, climate }, ['deaths'])).toHaveLength(1);
    player.records[0] = { ...record, timedOut: false };
    expect(verdict({ laboratory, player, climate }, ['deaths'])).toEqual([]);
    const before = { ...record.before, pending: 'another' };
    player.records[0] = { ...record, ...conduct(), before };
    expect(verdict({ laboratory, player, climate }, ['deaths']).join()).toContain('while it resumed');
  });

  it('by an end that leaves something to be done, and plans nothing', async () => {
    const played = await rotated('in-place');
    const { laboratory, player } = played;
    const faults = (differs: Partial<RunRecord>) => {
      player.records.splice(0, 1, recordOf(laboratory, differs));
      return verdict(played, ['next-runs']);
    };
    const refused = { ...ended({ outcome: 'refused' }), goesOn: false };
    expect(faults(refused)).toHaveLength(1);
    expect(faults({ ...refused, goesOn: true })).toEqual([]);
    expect(faults({ ...refused, repeated: true })).toEqual([]);
    expect(faults({ ...ended({ outcome: 'rotated' }), goesOn: false })).toEqual([]);
    const told = new RotationError('too-soon', '');
    expect(faults({ ending: { kind: 'threw', error: told }, goesOn: false })).toEqual([]);
    laboratory.simulation.troubles.push({ at: 0, process: 0, name: 'scheduler CreateSchedule' });
    expect(faults(refused)).toEqual([]);
  });

  it('by what is not at rest a day later, and by an old secret that still works then', async () => {
    const played = await afterOwnWrite('in-place');
    played.player.records.push(recordOf(played.laboratory));
    expect(restFaults(played).join()).toContain('still not at rest');
    played.laboratory.simulation.lastDisturbance = played.laboratory.simulation.now + 1;
    expect(restFaults(played)).toEqual([]);
    const dual = await rotated('dual-secret');
    expect(restFaults(dual)).toEqual([]);
    dual.laboratory.simulation.now += 15 * HOUR_MS;
    expect(restFaults(dual)).toEqual(['the old secret is still accepted hours after its grace']);
  });

  it('by a connector that stays cut off, also where the idle client is switched off; not where the live one is', async () => {
    const played = await afterOwnWrite('in-place');
    const { laboratory, player } = played;
    player.records.push(recordOf(laboratory));
    laboratory.simulation.now += 101 * 60_000;
    laboratory.simulation.deeds.push({ at: 0, what: 'disable-idle' });
    expect(verdict(played, ['outages']).join()).toContain('ifs-1 stayed cut off');
    laboratory.simulation.deeds.push({ at: 0, what: 'disable' });
    expect(verdict(played, ['outages']).join()).not.toContain('stayed cut off');
  });

  it('by outages that runs begin of themselves, again and again', async () => {
    const played = await rotated('in-place');
    const { laboratory, player } = played;
    const { monitor, simulation } = laboratory;
    player.records.push(recordOf(laboratory));
    const begin = (index: number) => {
      const cause = own({ index, startedAt: simulation.now });
      const [from, to] = [simulation.now, simulation.now];
      monitor.outages.push({ place: 'ifs-1 runtime', from, to, cause, overlapping: false });
    };
    for (const index of [0, 1, 2]) begin(index);
    expect(verdict(played, ['outages']).join()).not.toContain('was cut off by');
    begin(3);
    expect(verdict(played, ['outages']).join()).toContain('ifs-1 was cut off by 4 runs, of which 1 were asked for');
    player.records.push(recordOf(laboratory, { repeat: { attempt: 1, due: true } }));
    expect(verdict(played, ['outages']).join()).toContain('of which 1 were asked for');
    player.records.push(recordOf(laboratory));
    expect(verdict(played, ['outages']).join()).not.toContain('was cut off by');
  });

  it('by a repeat that begins what is not due', async () => {
    const played = await rotated('in-place');
    const { laboratory, player } = played;
    const before = snapshot(laboratory.parts);
    const after = {
      ...before,
      iam: { [laboratory.credential.clientId as string]: { secret: 'x', rotated: undefined } },
    };
    player.records.push(recordOf(laboratory, { after, repeat: { attempt: 1, due: true } }));
    expect(verdict(played, [])).toEqual([]);
    player.records.push(recordOf(laboratory, { process: 1, after, repeat: { attempt: 1, due: false } }));
    expect(verdict(played, [])).toEqual(['run 2 began a rotation, though it had only to finish what was left']);
  });

  it('by a write that gives the IAM what is neither current nor pending', async () => {
    const { laboratory } = await rotated('in-place');
    const { monitor, parts, credential } = laboratory;
    const id = clientOf(parts, credential.clientId as string)?.id ?? '';
    const { clientSecret = '' } = snapshot(parts).current ?? {};
    monitor.lookAtSecret(id, JSON.stringify({ secret: clientSecret }));
    monitor.lookAtSecret(id, JSON.stringify({ attributes: {} }));
    monitor.lookAtSecret(clientOf(parts, IDLE_CLIENT_ID)?.id ?? '', JSON.stringify({ secret: 'that-nobody-knows' }));
    expect(monitor.sins).toEqual([]);
    monitor.lookAtSecret(id, JSON.stringify({ secret: FIRST_SECRET }));
    expect(monitor.sins).toEqual(['the IAM was given a secret that is neither current nor pending']);
  });

  it('by a put that moves AWSCURRENT', async () => {
    const { laboratory } = await rotated('in-place');
    laboratory.monitor.lookAtPut('secrets-manager PutSecretValue', 'another');
    expect(laboratory.monitor.sins.join()).toContain('without a compare-and-swap');
  });
});
