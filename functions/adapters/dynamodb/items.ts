import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { Acknowledgement, Task } from '../../ports/tasks.ts';

/** An item of the table, or a part of it. */
export type Item = Record<string, AttributeValue>;

const text = z.object({ S: z.string() }).transform(({ S }) => S);
const date = z.object({ S: z.iso.datetime() }).transform(({ S }) => new Date(S));
const count = z.object({ N: z.string().regex(/^\d+$/) }).transform(({ N }) => Number(N));
const kind = z.object({ S: z.enum(['enter-secret', 'submit-secret', 'end-former-secret']) }).transform(({ S }) => S);

const TaskItem = z.object({
  kind,
  connector: text.optional(),
  versionId: text,
  openedAt: date,
  dueAt: date,
  announced: count,
});

const AcknowledgementItem = z.object({ connector: text, versionId: text, by: text, at: date });

/** A task out of its item; undefined for an item of another form, which another release has written. */
export function readTask(item: Item): Task | undefined {
  const { data } = TaskItem.safeParse(item);
  if (!data) return undefined;
  const { connector, ...task } = data;
  return connector === undefined ? task : { ...task, connector };
}

/** An acknowledgement out of its item; undefined for an item of another form. */
export function readAcknowledgement(item: Item): Acknowledgement | undefined {
  return AcknowledgementItem.safeParse(item).data;
}

/** The attributes of an item, beside its key. */
export function itemOf(record: Task | Acknowledgement): Item {
  const known = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: string | number | Date): AttributeValue {
  if (value instanceof Date) return { S: value.toISOString() };
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}
