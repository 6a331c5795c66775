import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { dynamoDbAuditRecords } from '../../functions/adapters/dynamodb/audit-records.ts';
import { dynamoDbLedger } from '../../functions/adapters/dynamodb/ledger.ts';
import { dynamoDbOverviews } from '../../functions/adapters/dynamodb/overviews.ts';
import { requestIdAt } from '../../functions/credential/events/request-id.ts';
import type { Overviews } from '../../functions/ports/api/overviews.ts';
import type { AuditRecords } from '../../functions/ports/audit/records.ts';
import type { RunLedger, RunOrigin } from '../../functions/ports/ledger.ts';

/** The table, asked at the beginning of each case. */
export type OverviewsFixture = () => { readonly client: DynamoDBClient; readonly tableName: string };

interface Lab {
  readonly id: string;
  readonly overviews: Overviews;
  readonly ledger: RunLedger;
  readonly records: AuditRecords;
}

type Case = readonly [title: string, test: (lab: Lab) => Promise<void>];

/** Not long ago: a table removes what has expired. */
const BEGIN = new Date(Math.floor(Date.now() / 1000) * 1000 - 86_400_000);
const endedAt = new Date(BEGIN.getTime() + 60_000);
const problem = { code: 'too-soon', detail: 'just now', next: 'Wait.', nothingChanged: true } as const;
const shown = {
  clientId: 'NC_Flow',
  iam: 'keycloak',
  strategy: 'auto',
  maxAge: 'P90D',
  schedule: { expression: 'rate(7 days)', timezone: 'UTC', state: 'ENABLED' },
  connectors: [{ name: 'IFS "Produktion"', via: 'https' }],
} as const;
let made = 0;

/** A run that was asked for so many seconds after the first one. */
function run(second: number): RunOrigin {
  const requestedAt = new Date(BEGIN.getTime() + second * 1000);
  const uuid = `${(++made).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return { requestId: requestIdAt(requestedAt, uuid), kind: 'rotation', trigger: 'api', requestedAt };
}

/** What the port promises, beside the ledger and the audits' records that write the same table. */
export function overviewsPortContract(fixture: OverviewsFixture): void {
  for (const [title, test] of CASES) {
    it(title, async () => {
      const { client, tableName } = fixture();
      const id = `credential-${Date.now()}-${++made}`;
      await test({
        id,
        overviews: dynamoDbOverviews(client, { tableName, now: () => BEGIN }),
        ledger: dynamoDbLedger(client, id, { tableName }),
        records: dynamoDbAuditRecords(client, { tableName }),
      });
    });
  }
}

const CASES: readonly Case[] = [
  [
    'nothing is known of a credential that nothing was noted of',
    async ({ id, overviews }) => {
      expect(await overviews.read([id])).toEqual(new Map([[id, { remembered: {} }]]));
      expect(await overviews.read([])).toEqual(new Map());
    },
  ],
  [
    'the last run is known from its request to its end',
    async ({ id, overviews, ledger }) => {
      const last = async () => (await overviews.read([id])).get(id)?.lastRun;
      const asked = run(0);
      await ledger.accept(asked);
      expect(await last()).toEqual(asked);
      await ledger.begin(asked, endedAt);
      expect(await last()).toEqual({ ...asked, begunAt: endedAt });
      await ledger.end(asked, { endedAt, problem });
      expect(await last()).toEqual({ ...asked, end: { endedAt, problem } });
    },
  ],
  [
    'what a run has come to is not taken back by a second delivery',
    async ({ id, overviews, ledger }) => {
      const asked = run(0);
      await ledger.begin(asked, endedAt);
      await ledger.end(asked, { endedAt, problem });
      await ledger.accept(asked);
      await ledger.begin(asked, new Date(endedAt.getTime() + 5000));
      await ledger.end(asked, { endedAt: new Date(endedAt.getTime() + 9000), problem });
      expect((await overviews.read([id])).get(id)?.lastRun?.end?.endedAt).toEqual(endedAt);
    },
  ],
  [
    'the last run is the one that was asked for last, whichever ends last',
    async ({ id, overviews, ledger }) => {
      const [first, second] = [run(0), run(1)];
      await ledger.begin(first, endedAt);
      await ledger.accept(second);
      await ledger.end(first, { endedAt, problem });
      expect((await overviews.read([id])).get(id)?.lastRun).toEqual(second);
    },
  ],
  [
    'what audits have found is known',
    async ({ id, overviews, records }) => {
      const finding = { kind: 'too-old', detail: '91 days', since: BEGIN, announced: true } as const;
      await records.write(id, { auditedAt: BEGIN, findings: [finding] });
      expect((await overviews.read([id])).get(id)?.audit).toEqual({ auditedAt: BEGIN, findings: [finding] });
    },
  ],
  [
    'what was read is remembered part by part, and neither a run nor an audit takes it away',
    async ({ id, overviews, ledger, records }) => {
      const settings = { changedAt: BEGIN, shown };
      const version = { id: 'v2', createdAt: BEGIN };
      await overviews.remember(id, { settings });
      await overviews.remember(id, { version, settings: undefined });
      await ledger.end(run(0), { endedAt, problem });
      await records.write(id, { auditedAt: BEGIN, findings: [] });
      const known = (await overviews.read([id])).get(id);
      expect(known?.remembered).toEqual({ settings, version });
      expect([known?.lastRun?.end?.endedAt, known?.audit?.auditedAt]).toEqual([endedAt, BEGIN]);
      await overviews.remember(id, { settings: { ...settings, changedAt: endedAt } });
      expect((await overviews.read([id])).get(id)?.remembered.settings?.changedAt).toEqual(endedAt);
      expect((await ledger.list({ limit: 9 })).entries).toHaveLength(1);
    },
  ],
  [
    'sixty credentials are known apart',
    async ({ id, overviews }) => {
      const ids = Array.from({ length: 60 }, (_, index) => `${id}-${index}`);
      const version = { id: 'v2', createdAt: BEGIN };
      await overviews.remember(`${id}-59`, { version });
      const known = await overviews.read(ids);
      expect([...known.keys()]).toEqual(ids);
      expect([...known].filter(([, { remembered }]) => remembered.version).map(([one]) => one)).toEqual([`${id}-59`]);
    },
  ],
];
