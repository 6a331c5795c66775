import { createHash } from 'node:crypto';

/** The tag of a credential's secret that holds the digest of its settings. */
export const PIN_TAG = 'settings';

/**
 * The digest of a credential's settings as they stand in its schedule, but for when it is rotated, which the API may change. The stack
 * writes it to a place of its own: whoever may change a schedule can't change it there.
 *
 * @param settings as they were written, not as another version of this project would read them
 * @returns base64url, without padding
 */
export function settingsPin(settings: object): string {
  const { schedule: _, ...pinned } = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
  return createHash('sha256')
    .update(JSON.stringify(inOrder(pinned)))
    .digest('base64url');
}

/** The same value, with every object's members in the order of their names. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}
