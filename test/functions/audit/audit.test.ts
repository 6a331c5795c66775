import { describe, expect, it } from '@jest/globals';
import { depthOf } from '../../../functions/audit/slices.ts';
import { RotationError } from '../../../functions/credential/errors.ts';
import { auditOf } from '../../support/audits.ts';
import { beforeRequest, instead, timeout } from '../../support/faults.ts';
import { createWorld, FIRST_SECRET, type WorldOptions } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A credential that nobody has touched for an hour, and its audit. */
function createAudited(options: WorldOptions = {}) {
  const world = createWorld(options);
  return { world, audit: auditOf(world) };
}

describe('an audit', () => {
  it('finds nothing at rest, and writes to nobody', async () => {
    const { world, audit } = createAudited();
    const secrets = JSON.stringify(world.secrets.versions('csr/acme-prod'));
    expect(await audit.run()).toMatchObject({ audited: 1, failed: 0, findings: {}, outages: [] });
    expect(audit.news()).toEqual([]);
    expect(audit.told).toEqual([]);
    expect(JSON.stringify(world.secrets.versions('csr/acme-prod'))).toBe(secrets);
    const reads =
      /^(secrets-manager (GetSecretValue|ListSecretVersionIds|DescribeSecret)|iam GET|iam POST .*\/token$|connector GET)/;
    expect(world.calls.filter((call) => !reads.test(call))).toEqual([]);
    expect(world.calls.length).toBeGreaterThan(5);
  });

  it('tells how old the secret is', async () => {
    const { world, audit } = createAudited();
    world.advance(36 * HOUR_MS - HOUR_MS);
    await audit.run();
    expect(audit.ages).toEqual([expect.closeTo(1.5, 3)]);
  });

  it('tells of a connector that was changed by hand once, and of its end by finding nothing', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected connector-differs ifs-1']);
    await audit.run();
    expect(audit.news()).toEqual([]);
    world.enter(FIRST_SECRET);
    expect(await audit.run()).toMatchObject({ findings: {} });
    world.enter('entered-by-hand');
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected connector-differs ifs-1']);
  });

  it('tells of a secret that was changed in the IAM', async () => {
    const { world, audit } = createAudited({ overlap: false });
    world.changeClient({ secret: 'changed-in-the-console' });
    await audit.run();
    expect(audit.news()).toEqual([
      'Drift Detected secret-refused',
      'Drift Detected iam-differs NC_Flow_ClientCredentials',
    ]);
  });

  it('tells of a client that was switched off, and not of a wrong secret', async () => {
    const { world, audit } = createAudited();
    world.changeClient({ serviceAccountsEnabled: false });
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected client-unusable NC_Flow_ClientCredentials']);
  });

  it('tells of a secret that outlives its grace', async () => {
    const { world, audit } = createAudited();
    await world.rotate();
    world.planned.splice(0);
    world.advance(DAY_MS + HOUR_MS);
    await audit.run();
    expect(audit.news().map((news) => news.split(' ').slice(0, 3).join(' '))).toEqual([
      'Drift Detected ended-secret-works',
      'Drift Detected retire-overdue',
    ]);
  });

  it('tells nothing while grace runs as promised', async () => {
    const { world, audit } = createAudited();
    await world.rotate();
    world.advance(12 * HOUR_MS);
    world.events.splice(0);
    await audit.run();
    expect(audit.news()).toEqual([]);
  });

  it('tells nothing of a rotation at work', async () => {
    const { world, audit } = createAudited({ overlap: false });
    world.intercept(instead(/^connector PATCH/, timeout));
    await world.rotate();
    world.intercept((_io, perform) => perform());
    world.events.splice(0);
    await audit.run();
    expect(audit.news()).toEqual([]);
  });

  it('takes a second look before it tells of what a rotation in between looks like', async () => {
    const { world, audit } = createAudited();
    world.intercept(beforeRequest(/^connector GET/, () => world.enter('entered-and-taken-back')));
    const sleep = async (ms: number) => {
      world.advance(ms);
      world.enter(FIRST_SECRET);
    };
    expect(await audit.run({ sleep })).toMatchObject({ audited: 1, findings: {} });
    expect(audit.news()).toEqual([]);
  });

  it('tells of a stored value that is none of ours', async () => {
    const { world, audit } = createAudited();
    world.put('by-hand-'.padEnd(36, '0'), 'not a document', 'AWSCURRENT');
    world.advance(HOUR_MS);
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected value-invalid']);
  });

  it('tells of settings that cannot be read', async () => {
    const { audit } = createAudited();
    const read = () => Promise.reject(new RotationError('settings-invalid', 'credential.grace: is no duration'));
    expect(await audit.run({ watch: { ...audit.watch, read } })).toMatchObject({ audited: 1 });
    expect(audit.news()).toEqual(['Drift Detected settings-invalid']);
  });

  it('passes over a credential that is gone', async () => {
    const { audit } = createAudited();
    const read = () => Promise.reject(new RotationError('credential-unknown', 'gone'));
    expect(await audit.run({ watch: { ...audit.watch, read } })).toMatchObject({ audited: 0, failed: 0 });
  });
});

describe('a system that does not answer', () => {
  it('is told once, as an outage, and never as a wrong secret', async () => {
    const { world, audit } = createAudited();
    world.intercept(instead(/^iam/, timeout));
    expect(await audit.run()).toMatchObject({ findings: { unreadable: 1 } });
    expect(audit.news()).toEqual(['Drift Detected unreadable iam iam.example.com']);
    await audit.run();
    expect(audit.news()).toEqual([]);
    expect(audit.told).toEqual(['new outage: iam iam.example.com hides 1', 'outage: iam iam.example.com hides 1']);
    world.intercept((_io, perform) => perform());
    expect(await audit.run()).toMatchObject({ findings: {}, outages: [] });
  });

  it('is one outage for 150 credentials, and is asked for only a few of them', async () => {
    const ids = Array.from({ length: 150 }, (_, number) => `customer-${number}`);
    const world = createWorld();
    const audit = auditOf(world, { ids });
    world.intercept(instead(/^iam/, timeout));
    const hour = [0, 1, 2, 3].map((slot) => new Date(world.now().getTime() + slot * 900_000));
    const reports = [];
    for (const slot of hour) reports.push(await audit.run({}, slot));
    expect(reports.reduce((sum, { audited }) => sum + audited, 0)).toBe(150);
    expect(reports.every(({ findings }) => Object.keys(findings).every((kind) => kind === 'unreadable'))).toBe(true);
    expect(audit.news()).toEqual(['Drift Detected unreadable iam iam.example.com']);
    expect(world.calls.filter((call) => call.startsWith('iam')).length).toBeLessThan(150);
  });

  it('hides nothing that others tell', async () => {
    const { world, audit } = createAudited({ connectors: 2 });
    world.enter('entered-by-hand', 1);
    world.intercept(instead(/^connector GET .*ifs-1$/, timeout));
    await audit.run();
    expect(audit.news()).toEqual([
      'Drift Detected connector-differs ifs-2',
      'Drift Detected unreadable connector flow.example.com',
    ]);
  });

  it('keeps what was found before', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    await audit.run();
    audit.news();
    world.intercept(instead(/^iam/, timeout));
    expect(await audit.run()).toMatchObject({ findings: { 'connector-differs': 1, unreadable: 1 } });
    world.intercept((_io, perform) => perform());
    audit.news();
    await audit.run();
    expect(audit.news()).toEqual([]);
  });

  it('keeps nothing from being told later: an event that could not be published is by the next audit', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    const publish = () => Promise.reject(new RotationError('events-unavailable', 'down'));
    await audit.run({ events: { publish } });
    expect(audit.told).toEqual(['event failed: acme-prod: events-unavailable']);
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected connector-differs ifs-1']);
  });

  it('may be the table: what is known is not known, and is told once it is back', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    const down = () => Promise.reject(new RotationError('ledger-unavailable', 'down'));
    const records = { read: down, write: down, outages: down, writeOutages: down } as never;
    expect(await audit.run({ records })).toMatchObject({ audited: 1, findings: { 'connector-differs': 1 } });
    expect(audit.news()).toEqual(['Drift Detected unreadable table DynamoDB']);
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected connector-differs ifs-1']);
  });
});

describe('an audit of a fleet', () => {
  it('looks at each credential that has its turn, and at no other', async () => {
    const ids = Array.from({ length: 200 }, (_, number) => `customer-${number}`);
    const world = createWorld();
    const audit = auditOf(world, { ids });
    const slot = new Date('2026-03-10T12:00:00Z');
    const { audited } = await audit.run({}, slot);
    expect(audited).toBe(ids.filter((id) => depthOf(id, slot) !== undefined).length);
    expect(audited).toBeGreaterThan(10);
  });

  it('goes on where one of them fails in a way that nobody expects', async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `customer-${number}`);
    const world = createWorld();
    const audit = auditOf(world, { ids });
    const slot = new Date('2026-03-10T12:00:00Z');
    const due = ids.filter((id) => depthOf(id, slot) !== undefined);
    const read = async (id: string) => {
      if (id === due[0]) throw new TypeError('a fault of ours');
      return await audit.watch.read(id);
    };
    expect(await audit.run({ watch: { ...audit.watch, read } }, slot)).toMatchObject({
      audited: due.length - 1,
      failed: 1,
    });
    expect(audit.told).toEqual([`look failed: ${due[0]}: TypeError: a fault of ours`]);
  });

  it('begins no look for which no time is left', async () => {
    const { world, audit } = createAudited();
    expect(await audit.run({ remainingMs: () => 59_999 })).toMatchObject({ audited: 0, failed: 1 });
    expect(world.calls).toEqual([]);
  });
});

describe('a probe', () => {
  /** A time at which the credential is only probed. */
  const probedAt = (id: string) => {
    const slots = Array.from(
      { length: 48 },
      (_, slot) => new Date(Date.parse('2026-03-02T00:00:00Z') + slot * 900_000),
    );
    return slots.find((slot) => depthOf(id, slot) === 'probe') ?? new Date(0);
  };

  it('is one token request, and asks no connector and no admin API', async () => {
    const { world, audit } = createAudited();
    expect(await audit.run({}, probedAt('acme-prod'))).toMatchObject({ audited: 1, findings: {} });
    expect(world.calls.filter((call) => /^(iam|connector)/.test(call))).toEqual([
      'iam POST /auth/realms/acmeprod/protocol/openid-connect/token',
    ]);
  });

  it('that is refused becomes a whole look, which tells why', async () => {
    const { world, audit } = createAudited({ overlap: false });
    world.changeClient({ secret: 'changed-in-the-console' });
    await audit.run({}, probedAt('acme-prod'));
    expect(audit.news()).toContain('Drift Detected iam-differs NC_Flow_ClientCredentials');
  });
});

describe('repair', () => {
  it('asks for a run that finishes and begins nothing', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    await audit.run({ repairs: world.world.schedules });
    expect(audit.told).toEqual(['handed over: acme-prod']);
    expect(world.planned).toMatchObject([
      { target: 'rotate', event: { trigger: 'schedule', id: 'acme-prod', repeat: { attempt: 1, due: false } } },
    ]);
    const [repeat] = world.planned.map(({ event }) => (event as { repeat: { attempt: number; due: boolean } }).repeat);
    expect(await world.scheduled(repeat && { repeat })).toMatchObject({ outcome: 'repaired' });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
  });

  it('is not asked for twice', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    await audit.run({ repairs: world.world.schedules });
    await audit.run({ repairs: world.world.schedules });
    expect(world.planned).toHaveLength(1);
  });

  it.each([
    [
      'a client that only a person can correct',
      (world: ReturnType<typeof createWorld>) => world.changeClient({ serviceAccountsEnabled: false }),
    ],
    ['a secret that is too old', (world: ReturnType<typeof createWorld>) => world.advance(91 * DAY_MS)],
  ])('is not asked for about %s', async (_what, change) => {
    const { world, audit } = createAudited();
    change(world);
    await audit.run({ repairs: world.world.schedules });
    expect(audit.news().length).toBeGreaterThan(0);
    expect(world.planned).toEqual([]);
  });

  it('is nobody’s without the deployment’s word', async () => {
    const { world, audit } = createAudited();
    world.enter('entered-by-hand');
    await audit.run();
    expect(world.planned).toEqual([]);
  });

  it('holds no secret, and neither does what is told', async () => {
    const { world, audit } = createAudited({ overlap: false });
    world.enter('entered-by-hand');
    world.changeClient({ secret: 'changed-in-the-console' });
    await audit.run({ repairs: world.world.schedules });
    const all = JSON.stringify([world.events, world.planned, await audit.records.read('acme-prod'), audit.told]);
    for (const secret of ['entered-by-hand', 'changed-in-the-console', FIRST_SECRET]) expect(all).not.toContain(secret);
    expect(all).toContain('connector-differs');
  });
});
