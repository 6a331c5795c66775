/** A field of a cron expression: how it is called, and which values it takes. */
export interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. @default - numbers only */
  readonly names?: readonly string[];
}

/** A cron expression can't be used. The message is a sentence for the person who wrote it. */
export class CronFault extends Error {
  override readonly name = 'CronFault';
}

/**
 * The values of a field without `?`, `L`, `W` and `#`: a list of values, ranges and steps.
 *
 * @param text for example `*`, `0/15`, `8-17/2`, `MON-FRI`, `1,15`
 * @returns each value once, in ascending order
 * @throws {CronFault}
 */
export function valuesOf(text: string, field: Field): number[] {
  const values = text.split(',').flatMap((item) => valuesOfItem(item, field));
  return [...new Set(values)].sort((a, b) => a - b);
}

function valuesOfItem(item: string, field: Field): number[] {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0) throw fault(item, field);
  const [from, to] = boundsOf(range, { item, field, open: step !== undefined });
  if (to < from) throw new CronFault(`the ${field.name} '${item}' ends before it begins`);
  const every = step === undefined ? 1 : numberIn(step, { ...field, min: 1 }, item);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) => from + i * every);
}

/** First and last value of `*`, a range, or a value, which with a step goes on to the field's end. */
function boundsOf(
  range: string,
  { item, field, open }: { item: string; field: Field; open: boolean },
): [number, number] {
  if (range === '*') return [field.min, field.max];
  const [first = '', second, ...more] = range.split('-');
  if (more.length > 0) throw fault(item, field);
  const from = oneValue(first, field, item);
  if (second !== undefined) return [from, oneValue(second, field, item)];
  return [from, open ? field.max : from];
}

/**
 * One value of a field, as a number or by its name.
 *
 * @param item what a fault names @default - the text itself
 * @throws {CronFault}
 */
export function oneValue(text: string, field: Field, item: string = text): number {
  const index = field.names?.indexOf(text) ?? -1;
  return index >= 0 ? index + field.min : numberIn(text, field, item);
}

function numberIn(text: string, field: Field, item: string): number {
  const value = /^\d+$/.test(text) && text.length <= String(field.max).length ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  throw fault(item, field);
}

function fault(item: string, { name, min, max, names }: Field): CronFault {
  const range = names ? `${min}-${max} or ${names[0]}-${names.at(-1)}` : `${min}-${max}`;
  return new CronFault(`the ${name} field '${item}' is not among ${range}, nor a list, a range or steps of these`);
}
