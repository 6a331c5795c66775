import { expect, it } from '@jest/globals';
import { requestIdAt } from '../../functions/credential/events/request-id.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { LedgerEntry, RunEnd, RunLedger, RunOrigin } from '../../functions/ports/ledger.ts';

export interface LedgerContract {
  /** The runs of a credential: whoever asks for the same one twice gets two views of the same runs. */
  readonly ledgerOf: (credential: string) => RunLedger;
  /** Cases, by their exact title, that this one is known to break: each must still be broken, else the test fails. */
  readonly knownDeviations?: readonly string[];
}

type Case = readonly [title: string, test: (ledger: RunLedger, lab: Lab) => Promise<void>];

interface Lab {
  /** The same credential's runs, as another function sees them. */
  readonly again: RunLedger;
  /** Another credential's. */
  readonly others: RunLedger;
}

/** Not long ago: a table removes what has expired. */
const BEGIN = Date.now() - 86_400_000;
let made = 0;

/** A run that was asked for so many seconds after the first one. */
function run(second: number, more: Partial<RunOrigin> = {}): RunOrigin {
  const requestedAt = new Date(BEGIN + second * 1000);
  const uuid = `${(++made).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  return { requestId: requestIdAt(requestedAt, uuid), kind: 'rotation', trigger: 'api', requestedAt, ...more };
}

const by = { requestedBy: 'arn:aws:iam::123456789012:user/eve', reason: 'Ä "leak"', asked: { revokePrevious: true } };
const endedAt = new Date(BEGIN + 3_600_000);
const ended = (rotationId: string | null, outcome: Rotation['outcome'] = 'rotated') => ({
  endedAt,
  rotation: {
    steps: [{ name: 'observe', ms: 310 }],
    rotationId,
    outcome,
    strategy: 'dual-secret',
    previousValidUntil: '2026-03-02T03:00:02.120Z',
    connectors: [{ name: 'IFS "Produktion"', proof: { level: 'written' }, sectionsWritten: 2, sectionsSkipped: 0 }],
  } as unknown as Rotation,
});
const problem = { code: 'too-soon', detail: 'just now', next: 'Wait.', retryAfter: 64, nothingChanged: true } as const;

/** What the port promises, as cases. They run in memory, on the embedded table and on MiniStack; each has a credential of its own. */
export function ledgerPortContract({ ledgerOf, knownDeviations = [] }: LedgerContract): void {
  for (const [title, test] of CASES) {
    const run = knownDeviations.includes(title) ? it.failing : it;
    run(title, async () => {
      const credential = `credential-${Date.now()}-${++made}`;
      const lab = { again: ledgerOf(credential), others: ledgerOf(`${credential}-other`) };
      await test(ledgerOf(credential), lab);
    });
  }
}

const CASES: readonly Case[] = [
  [
    'nothing is known at first',
    async (ledger) => {
      expect(await ledger.list({ limit: 10 })).toEqual({ entries: [] });
      expect(await ledger.find(run(0).requestId)).toBeUndefined();
      expect(await ledger.find('v1')).toBeUndefined();
    },
  ],
  [
    'an accepted run is known at once with who asked, why and when, and to its own credential only',
    async (ledger, { again, others }) => {
      const asked = run(0, by);
      await ledger.accept(asked);
      expect(await again.find(asked.requestId)).toEqual(asked);
      expect((await again.list({ limit: 10 })).entries).toEqual([asked]);
      expect(await others.find(asked.requestId)).toBeUndefined();
      expect((await others.list({ limit: 10 })).entries).toEqual([]);
    },
  ],
  [
    'a run begins once: a second delivery is told apart, and a repeat of the same call is not one',
    async (ledger) => {
      const asked = run(0, by);
      await ledger.accept(asked);
      const [first, second] = [new Date(BEGIN + 1), new Date(BEGIN + 60_000)];
      expect(await ledger.begin(asked, first)).toBe(true);
      expect(await ledger.begin(asked, first)).toBe(true);
      expect(await ledger.begin(asked, second)).toBe(false);
      expect(await ledger.find(asked.requestId)).toEqual({ ...asked, begunAt: first });
    },
  ],
  [
    'of many deliveries at once one is the first',
    async (ledger) => {
      const asked = run(0);
      const begun = await Promise.all([1, 2, 3, 4, 5].map((ms) => ledger.begin(asked, new Date(BEGIN + ms))));
      expect(begun.filter(Boolean)).toHaveLength(1);
    },
  ],
  [
    'a run that nobody accepted can begin and end',
    async (ledger) => {
      const begun = run(0, { trigger: 'schedule' });
      await ledger.begin(begun, begun.requestedAt);
      expect(await ledger.find(begun.requestId)).toEqual({ ...begun, begunAt: begun.requestedAt });
      const unheard = run(1, { trigger: 'schedule' });
      await ledger.end(unheard, ended(null, 'unchanged'));
      expect(await ledger.find(unheard.requestId)).toEqual({ ...unheard, end: ended(null, 'unchanged') });
    },
  ],
  [
    'an ended run keeps its whole report, member by member, and its rotation leads to it',
    async (ledger, { again }) => {
      const asked = run(0, by);
      await ledger.accept(asked);
      await ledger.begin(asked, asked.requestedAt);
      await ledger.end(asked, ended('v2'));
      const entry: LedgerEntry = { ...asked, begunAt: asked.requestedAt, end: ended('v2') };
      expect(await again.find(asked.requestId)).toEqual(entry);
      expect(await again.find('v2')).toEqual(entry);
      expect(JSON.stringify((await again.find('v2'))?.end?.rotation)).toBe(JSON.stringify(ended('v2').rotation));
    },
  ],
  [
    'a run without a report keeps the reason',
    async (ledger) => {
      const asked = run(0);
      await ledger.end(asked, { endedAt, problem });
      expect(await ledger.find(asked.requestId)).toEqual({ ...asked, end: { endedAt, problem } });
    },
  ],
  [
    'a retire keeps its report, and leads to no rotation',
    async (ledger) => {
      const asked = run(0, { kind: 'retire', trigger: 'schedule' });
      const retire = { credential: 'acme-prod', versionId: 'v1', outcome: 'retired', steps: [] } as const;
      const end: RunEnd = { endedAt, retire };
      await ledger.end(asked, end);
      expect(await ledger.find(asked.requestId)).toEqual({ ...asked, end });
      expect(await ledger.find('v1')).toBeUndefined();
    },
  ],
  [
    'the first end stays, and neither a late acceptance nor a late delivery takes anything away',
    async (ledger) => {
      const asked = run(0, by);
      await ledger.end(asked, ended('v2'));
      await ledger.end(asked, { endedAt: new Date(endedAt.getTime() + 1), problem });
      await ledger.accept({ ...asked, reason: 'another' });
      expect(await ledger.find(asked.requestId)).toEqual({ ...asked, end: ended('v2') });
      await ledger.begin(asked, endedAt);
      expect(await ledger.find('v2')).toEqual({ ...asked, begunAt: endedAt, end: ended('v2') });
    },
  ],
  [
    'a rotation leads to the run about it that ended last',
    async (ledger) => {
      const [first, second] = [run(0), run(60)];
      await ledger.end(first, ended('v2', 'interrupted'));
      await ledger.end(second, ended('v2', 'rotated'));
      expect((await ledger.find('v2'))?.requestId).toBe(second.requestId);
      expect((await ledger.find(first.requestId))?.end?.rotation?.outcome).toBe('interrupted');
    },
  ],
  [
    'the list begins with the newest run, whatever was written first',
    async (ledger) => {
      const runs = [run(5), run(1), run(9)];
      for (const one of runs) await ledger.end(one, ended(null, 'unchanged'));
      const [fifth, first, ninth] = runs.map(({ requestId }) => requestId);
      const { entries, last } = await ledger.list({ limit: 3 });
      expect([entries.map(({ requestId }) => requestId), last]).toEqual([[ninth, fifth, first], undefined]);
    },
  ],
  [
    'the list comes in pages, of which each leads to the next, also when a run is added meanwhile',
    async (ledger) => {
      const runs = [0, 1, 2, 3, 4].map((second) => run(second));
      for (const one of runs) await ledger.accept(one);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await ledger.list({ limit: 2, after });
        expect(page.entries.length).toBeLessThanOrEqual(2);
        seen.push(...page.entries.map(({ requestId }) => requestId));
        after = page.last;
        await ledger.accept(run(60));
      } while (after !== undefined);
      expect(seen).toEqual(runs.map(({ requestId }) => requestId).reverse());
    },
  ],
];
