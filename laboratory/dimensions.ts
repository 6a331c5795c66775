/** What a scene can meet besides the death of a run and the fault of a single request. */
export const CONDITIONS = [
  'latency',
  'weather',
  'connectors',
  'nodes',
  'stale',
  'clocks',
  'throttling',
  'quota',
  'people',
  'settings',
  'freezes',
  'second',
  'crowds',
  'ids',
  'doors',
  'line',
] as const;

/** What a scene is judged by, besides being at rest in the end. */
export const JUDGEMENTS = ['outages', 'deaths', 'next-runs', 'rest', 'reports'] as const;

/** Everything that can be switched on. */
const DIMENSIONS = [...CONDITIONS, ...JUDGEMENTS] as const;

export type Dimension = (typeof DIMENSIONS)[number];

export type Judgement = (typeof JUDGEMENTS)[number];

/** NEW_DIMENSIONS: what is drawn and judged without being asked for. `= DIMENSIONS` switches everything on. */
export const NEW_DIMENSIONS: readonly Dimension[] = DIMENSIONS;

/** The judgements among some dimensions. */
export function judgementsIn(dimensions: readonly Dimension[]): Judgement[] {
  return JUDGEMENTS.filter((one) => dimensions.includes(one));
}

/** @throws {Error} when one is unknown: a typo would try nothing, and find nothing */
export function dimensionsOf(list: string): readonly Dimension[] {
  if (list === 'all') return DIMENSIONS;
  return list
    .split(',')
    .filter(Boolean)
    .map((name) => {
      const found = DIMENSIONS.find((one) => one === name);
      if (found) return found;
      throw new Error(`--dimensions ${name}: must be all, or some of ${DIMENSIONS.join(', ')}`);
    });
}
