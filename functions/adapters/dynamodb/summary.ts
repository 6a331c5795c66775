import * as z from 'zod';
import type { Remembered, ShownSettings } from '../../ports/api/overviews.ts';
import type { LedgerEntry } from '../../ports/ledger.ts';
import type { Item } from './items.ts';
import { readEntry } from './ledger-items.ts';

/** The sort key of the item that a list reads of each credential: its last run, and what an earlier list has read of it. */
const SUMMARY = 'summary';

/** The key of a credential's summary. */
export function summaryKey(credential: string): Item {
  return { pk: { S: credential }, sk: { S: SUMMARY } };
}

/** A write of the last run into a summary. */
interface SummaryWrite {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Item;
}

/** What may be known of a run besides its origin. */
const STAGES = ['begunAt', 'end'] as const;

/** What a run has come to, once it has begun. */
export type Stage = (typeof STAGES)[number];

/**
 * Writes a run into a summary, unless a later one is there, or this one has come further.
 *
 * @param attributes of the run's own item
 * @param stage what the run has come to @default - it was asked for
 */
export function summarized(requestId: string, { origin, expiresAt, ...attributes }: Item, stage?: Stage): SummaryWrite {
  const kept = stage === undefined ? {} : { [stage]: attributes[stage] };
  const set = { lastRun: { S: requestId }, origin, expiresAt, ...kept } as Item;
  const names = Object.keys(set);
  const gone = STAGES.filter((one) => one !== stage);
  const earlier = stage === 'end' ? ['end'] : STAGES;
  const same = earlier.map((one) => `attribute_not_exists(#${one})`).join(' AND ');
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${gone.map((one) => `#${one}`).join(', ')}`,
    ConditionExpression: `attribute_not_exists(#lastRun) OR #lastRun < :lastRun OR (#lastRun = :lastRun AND ${same})`,
    ExpressionAttributeNames: Object.fromEntries([...names, ...STAGES].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
  };
}

/** The last run out of a summary. */
export function readLastRun(item: Item): LedgerEntry | undefined {
  return item.lastRun && readEntry(item);
}

const date = z.iso.datetime().transform((text) => new Date(text));
const Shown = z.object({
  clientId: z.union([z.string(), z.array(z.string())]),
  strategy: z.string(),
  maxAge: z.string(),
  iam: z.string(),
  schedule: z.object({ expression: z.string(), timezone: z.string(), state: z.string() }),
  connectors: z.array(z.object({ name: z.string(), via: z.string() })),
});
const SettingsText = z.object({
  changedAt: date,
  shown: Shown.transform((shown) => shown as unknown as ShownSettings),
});
const VersionText = z.object({ id: z.string(), createdAt: date });

/** What was read before, out of a summary; without parts of another form, which another release has written. */
export function readRemembered({ settings, version }: Item): Remembered {
  return {
    settings: SettingsText.safeParse(tryJson(settings?.S)).data,
    version: VersionText.safeParse(tryJson(version?.S)).data,
  };
}

/** The attributes of what is to be remembered. */
export function rememberedItem(remembered: Remembered): Item {
  const parts = Object.entries(remembered).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([name, part]) => [name, { S: JSON.stringify(part) }]));
}

function tryJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
