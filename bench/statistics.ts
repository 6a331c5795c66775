/** How measured values lie. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @throws {Error} without a value */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => {
    const value = sorted[index];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  };
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, low: at(0), high: at(sorted.length - 1) };
}

/** Each value by the one of the same round. @throws {Error} when there are not as many of both */
export function paired(values: readonly number[], by: readonly number[]): number[] {
  if (values.length !== by.length) throw new Error(`${values.length} values can't be paired with ${by.length}`);
  return values.map((value, round) => value / (by[round] ?? Number.NaN));
}

/** `1.12 (1.05–1.30)` */
export function written({ median, low, high }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}
