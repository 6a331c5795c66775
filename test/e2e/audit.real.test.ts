import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteScheduleCommand, GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { depthOf } from '../../functions/audit/slices.ts';
import type { FindingKind } from '../../functions/credential/published/findings.ts';
import type { DetailType } from '../../functions/credential/published/vocabulary.ts';
import { FOUND, type MetricName } from '../../functions/lambda/metrics.ts';
import { eventSchema } from '../../infra/watch/event-schemas.ts';
import { synthesizeScreen } from '../infra/synthesize.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { type Audited, Auditor } from './audits/auditor.ts';
import { type Hands, handsOf } from './audits/hands.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { listen } from './listener.ts';
import { findSecrets, writtenBy } from './scan.ts';
import { type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-audit';
const EXAMPLE_PREFIX = 'client-secret-rotation';
const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** As many as a connector by agent needs at synth: http 5 s, and the least that an agent may be given. */
const { slowness: SLOWNESS } = await patience({ function: 86, http: 5 });
const AGENT_S = Math.ceil(5 * SLOWNESS);
const HTTP_S = Math.ceil(5 * SLOWNESS);
const FUNCTION_S = 3 * HTTP_S + 61 + 2 * AGENT_S;
const LEASE_MS = (FUNCTION_S + HTTP_S) * 1000;
const TIMEOUTS = { http: `PT${HTTP_S}S`, function: `PT${FUNCTION_S}S` };
/** A busy machine is no fault. */
jest.setTimeout(900_000);

/** A quarter of an hour in which all credentials of the suite have their turn. */
const TURN = new Date('2026-03-01T03:00:00Z');

/** An id that has its turn then. */
function idOf(name: string): string {
  for (let n = 1; ; n++) if (depthOf(`${name}-${n}`, TURN) === 'whole') return `${name}-${n}`;
}

const [IN_PLACE, DUAL, CONNECTOR, EXPIRES, PENDING, GRACE, SCHEDULE, BY_HAND, BY_AGENT] = [
  'in-place',
  'dual',
  'connector',
  'expires',
  'pending',
  'grace',
  'schedule',
  'by-hand',
  'by-agent',
].map(idOf) as [string, string, string, string, string, string, string, string, string];
/** Those that are adopted before anything is changed by hand. The agent never was there. */
const ADOPTED = [IN_PLACE, DUAL, CONNECTOR, EXPIRES, PENDING, GRACE, SCHEDULE, BY_HAND];

const AGENT = 'host-1';
const CAST = [
  { id: IN_PLACE, tags: { overlap: 'no' } },
  ...[DUAL, CONNECTOR, EXPIRES, PENDING, SCHEDULE].map((id) => ({ id })),
  { id: GRACE, grace: 'PT30M' },
  { id: BY_HAND, connectors: [{ name: 'flow-connect', via: 'manual', within: 'PT1H' }] },
  {
    id: BY_AGENT,
    connectors: [{ name: 'far away', via: 'agent', agent: AGENT, configuration: 'far', timeout: `PT${AGENT_S}S` }],
  },
];

describeReal('audits, deployed', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let proxy: ChaosProxy;
  let hands: Hands;
  let auditor: Auditor;
  /** Every event that was seen, for the schemas at the end. */
  const seen: Audited['events'][number][] = [];

  const audit = async (...call: Parameters<Auditor['audit']>) => kept(await auditor.audit(...call));
  const later = async (...call: Parameters<Auditor['auditLater']>) => kept(await auditor.auditLater(...call));
  const kept = (audited: Audited) => {
    seen.push(...audited.events);
    return audited;
  };

  beforeAll(async () => {
    proxy = await startChaosProxy(realStack().keycloak.url);
    const agents = [{ name: AGENT, principalArns: [`arn:aws:iam::000000000000:user/${PREFIX}-${AGENT}`] }];
    stage = await setStage(PREFIX, CAST, { iamUrl: proxy.url, timeouts: TIMEOUTS, agents, repair: true });
    hands = handsOf(stage);
    auditor = new Auditor(stage, await listen(stage));
  });

  afterAll(async () => {
    await stage?.close();
    await proxy?.close();
  });

  it('has a schedule of its own, which this suite switches off to audit by itself', async () => {
    const named = { Name: 'audit', GroupName: `${PREFIX}-once` };
    const schedule = await stage.scheduler.send(new GetScheduleCommand(named));
    expect(schedule).toMatchObject({ ScheduleExpression: 'cron(0/15 * * * ? *)', State: 'ENABLED' });
    expect(schedule.Target?.Arn).toMatch(/:csr-audit-audit$/);
    expect(JSON.parse(schedule.Target?.Input ?? '')).toMatchObject({ trigger: 'audit', repair: true });
    await hands.change('audit', { State: 'DISABLED' }, 'once');
  });

  it('finds nothing at rest, and says who has been looked at', async () => {
    for (const id of ADOPTED) expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted', credential: id });
    await hands.leavePending(PENDING);
    // Within a lease of the last change a difference may be a run at work.
    await Promise.all(ADOPTED.map((id) => stage.pass(id, LEASE_MS + 1000)));
    for (const id of ADOPTED.filter((one) => one !== PENDING)) {
      const { report, events, metrics } = await audit({ id });
      expect([id, report, events]).toEqual([id, expect.objectContaining({ audited: 1, failed: 0, findings: {} }), []]);
      expect(namesOf(metrics)).toEqual(['AuditCompleted', 'CredentialsAudited', 'DaysSinceRotation']);
      expect(await stage.view(id)).toMatchObject({ findings: [], auditedAt: expect.any(String) });
    }
  });

  it('finds a secret that was refreshed in the IAM, with and without an overlap', async () => {
    await hands.refresh(IN_PLACE);
    await found(await audit({ id: IN_PLACE }), IN_PLACE, ['secret-refused', 'iam-differs']);
    await hands.allowOverlap(DUAL);
    await hands.refresh(DUAL);
    await found(await audit({ id: DUAL }), DUAL, ['iam-differs']);
  });

  it('finds a connector that was changed, once, and no more when it is as it was', async () => {
    await hands.enter(CONNECTOR, 'entered-by-hand');
    await found(await audit({ id: CONNECTOR }), CONNECTOR, ['connector-differs']);
    const again = await audit({ id: CONNECTOR });
    expect([again.events, again.report.findings]).toEqual([[], { 'connector-differs': 1 }]);
    expect(namesOf(again.metrics)).not.toContain('DriftFound');
    await hands.enter(CONNECTOR, (await stage.document(CONNECTOR)).clientSecret);
    await found(await audit({ id: CONNECTOR }), CONNECTOR, []);
  });

  it('finds an expiry that was planted in the IAM', async () => {
    // Keycloak keeps an expiry of those clients alone that its policy is about.
    await hands.allowOverlap(EXPIRES);
    await hands.expire(EXPIRES, new Date(Date.now() + 10 * DAY_MS));
    const audited = await audit({ id: EXPIRES });
    await found(audited, EXPIRES, ['expiry-near']);
    expect(audited.events[0]?.detail).toMatchObject({ which: 'current', days: 9 });
  });

  it('finds what a run has left behind, once nobody can be at it', async () => {
    await found(await audit({ id: PENDING }), PENDING, ['pending-left', 'repeat-overdue']);
  });

  it('finds a schedule that is switched off, that comes to its end, and that has missed its time', async () => {
    const state = async (State: 'DISABLED' | 'ENABLED') =>
      await stage.call(`/credentials/${SCHEDULE}/schedule`, { method: 'PATCH', body: { state: State } });
    expect((await state('DISABLED')).status).toBe(200);
    await found(await audit({ id: SCHEDULE }), SCHEDULE, ['schedule-disabled']);
    expect((await state('ENABLED')).status).toBe(200);
    await found(await audit({ id: SCHEDULE }), SCHEDULE, []);
    const last = new Date(Date.now() + 10 * DAY_MS);
    const date = `${last.getUTCDate()} ${last.getUTCMonth() + 1} ? ${last.getUTCFullYear()}`;
    await hands.change(SCHEDULE, { ScheduleExpression: `cron(0 3 ${date})` });
    await found(await audit({ id: SCHEDULE }), SCHEDULE, ['schedule-ends']);
    const after = await later(SCHEDULE, 12 * DAY_MS);
    await found(after, SCHEDULE, ['schedule-missed'], ['schedule-ends']);
  });

  it('finds a secret that is older than it may get', async () => {
    await found(await later(CONNECTOR, 400 * DAY_MS), CONNECTOR, ['too-old', 'schedule-missed']);
  });

  it('finds a previous secret that still works after its grace, and the retire that did not come', async () => {
    expect(await stage.rotate(GRACE)).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    const [retire = ''] = await hands.planned(GRACE);
    expect(retire).toMatch(/\.retire\./);
    await hands.change(retire, { State: 'DISABLED' }, 'once');
    await found(await later(GRACE, 3 * 60 * MINUTE_MS), GRACE, ['ended-secret-works', 'retire-overdue']);
  });

  it('finds a task of which half of the time is over', async () => {
    expect((await stage.view(BY_HAND)).tasks).toMatchObject([{ kind: 'enter-secret', overdue: false }]);
    await found(await later(BY_HAND, 40 * MINUTE_MS), BY_HAND, ['task-late']);
  });

  it('finds an agent that is silent', async () => {
    const { report, events, metrics } = await audit({ id: BY_AGENT });
    expect(report.outages).toMatchObject([{ system: 'agent', host: AGENT, credentials: 1 }]);
    expect(events.map(({ detail }) => detail)).toMatchObject([{ kind: 'agent-silent', credential: BY_AGENT }]);
    expect(counted(metrics, 'SystemUnreadable')).toBe(1);
    expect(await kindsShown(BY_AGENT)).toContain('agent-silent');
  });

  it('tells of an IAM that is away once, whatever it hides, and of no wrong secret', async () => {
    const before = await Promise.all(CAST.map(async ({ id }) => [id, await kindsShown(id)] as const));
    proxy.meddle(async () => new Response(null, { status: 503 }));
    const { report, events, metrics } = await audit({ scheduledTime: TURN });
    expect(report).toMatchObject({ audited: CAST.length, failed: 0 });
    const host = new URL(proxy.url).host;
    expect(report.outages).toContainEqual(expect.objectContaining({ system: 'iam', host, credentials: CAST.length }));
    expect(events.map(({ detail }) => detail)).toMatchObject([{ kind: 'unreadable', about: `iam ${host}` }]);
    expect(alarming(metrics)).toEqual([['SystemUnreadable', 1]]);
    for (const [id, kinds] of before)
      expect((await kindsShown(id)).filter((kind) => !kinds.includes(kind))).toEqual(['unreadable']);

    const again = await audit({ scheduledTime: TURN });
    expect([again.events, alarming(again.metrics)]).toEqual([[], []]);
    proxy.meddle();
    const back = await audit({ scheduledTime: TURN });
    expect(back.report.outages).toEqual([expect.objectContaining({ system: 'agent' })]);
    for (const { id } of CAST)
      expect([id, await kindsShown(id)]).toEqual([id, expect.not.arrayContaining(['unreadable'])]);
    expect(alarming(back.metrics)).toEqual([]);
  });

  it('takes a rotator that is refused for no wrong secret', async () => {
    await hands.refreshRotator(SCHEDULE);
    const { events, metrics } = await audit({ id: SCHEDULE });
    expect(events.map(({ detail }) => detail.kind)).toEqual(['unreadable']);
    expect(alarming(metrics)).toEqual([['SystemUnreadable', 1]]);
  });

  it('finds a schedule that somebody has deleted', async () => {
    await stage.scheduler.send(new DeleteScheduleCommand({ Name: SCHEDULE, GroupName: PREFIX }));
    const { events, metrics } = await audit({ scheduledTime: TURN });
    expect(events.map(({ detail }) => detail)).toMatchObject([{ kind: 'schedule-gone', credential: SCHEDULE }]);
    expect(alarming(metrics)).toEqual([['OverdueFound', 1]]);
  });

  it('with repair, puts right what is safe, and begins no rotation', async () => {
    const { versionId } = await stage.view(CONNECTOR);
    await hands.enter(CONNECTOR, 'entered-by-hand-again');
    const { metrics } = await audit({ id: CONNECTOR, repair: true });
    expect(counted(metrics, 'RepairAsked')).toBe(1);
    const pending = await audit({ id: PENDING, repair: true });
    expect(counted(pending.metrics, 'RepairAsked')).toBe(1);
    // What is as it should be gets no run, and neither does what is old alone.
    expect(counted((await audit({ id: GRACE, repair: true })).metrics, 'RepairAsked')).toBe(0);
    const right = async () => (await stage.agreed(CONNECTOR).catch(() => undefined)) !== undefined;
    while (!(await right())) await sleep(1000);
    while ((await stage.view(PENDING)).pending) await sleep(1000);
    expect((await stage.view(CONNECTOR)).versionId).toBe(versionId);
    await found(await audit({ id: CONNECTOR }), CONNECTOR, []);
  });

  it('has told all of it by events as the schemas say, and no secret anywhere', async () => {
    expect(seen.length).toBeGreaterThan(10);
    for (const event of seen) {
      const validate = ajv.compile(eventSchema(event['detail-type'] as DetailType));
      expect([event, validate(event), validate.errors]).toEqual([event, true, null]);
    }
    const { texts, secrets } = await writtenBy(stage);
    expect(texts.some(({ where }) => where === 'log of audit')).toBe(true);
    expect(findSecrets([...texts, { where: 'event', text: JSON.stringify(seen) }], secrets)).toEqual([]);
  });

  /** What an audit has found anew of a credential: by its events, its metrics with their alarms, and the API. */
  async function found(
    { events, metrics }: Audited,
    id: string,
    kinds: readonly FindingKind[],
    known: readonly FindingKind[] = [],
  ): Promise<void> {
    const told = events.map(({ detail }) => detail.kind ?? 'expiry-near');
    expect([id, told.sort()]).toEqual([id, [...kinds].sort()]);
    expect(events.every(({ detail }) => detail.credential === id)).toBe(true);
    expect(new Set(alarming(metrics).map(([name]) => name))).toEqual(new Set(kinds.map((kind) => FOUND[kind])));
    expect((await kindsShown(id)).sort()).toEqual([...kinds, ...known].sort());
  }

  async function kindsShown(id: string): Promise<FindingKind[]> {
    return ((await stage.view(id)).findings ?? []).map(({ kind }) => kind);
  }
});

const ajv = new Ajv2020({ formats: { 'date-time': true } });

/** What the stack's alarms watch: those of the example, whose stack has another name. */
const ALARMS = Object.values(synthesizeScreen().findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => ({
  namespace: Properties.Namespace as string,
  name: Properties.MetricName as string,
  ofStack: JSON.stringify(Properties.Dimensions) === JSON.stringify([{ Name: 'service', Value: EXAMPLE_PREFIX }]),
  onSilence: Properties.TreatMissingData === 'breaching',
}));

/** The metrics that set an alarm off, with their sums. */
function alarming(metrics: Audited['metrics']): [MetricName, number][] {
  const watched = metrics.filter(({ namespace, name, dimensions, value }) => {
    const alarm = ALARMS.find((one) => one.namespace === namespace && one.name === name && one.ofStack);
    return alarm && !alarm.onSilence && value > 0 && JSON.stringify(dimensions) === JSON.stringify({ service: PREFIX });
  });
  return [...new Set(watched.map(({ name }) => name))].map((name) => [name, counted(metrics, name)]);
}

function counted(metrics: Audited['metrics'], name: MetricName): number {
  return metrics.filter((metric) => metric.name === name).reduce((sum, { value }) => sum + value, 0);
}

function namesOf(metrics: Audited['metrics']): string[] {
  return [...new Set(metrics.map(({ name }) => name))].sort();
}
