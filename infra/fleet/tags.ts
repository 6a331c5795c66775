import { PIN_TAG } from '../../functions/credential/events/pin.ts';
import { anyway } from '../../functions/credential/settings/parts/checks.ts';

/** AWS takes 50 tags for a resource, and the stack sets two of its own. */
const MOST_TAGS = 48;

/** The tag that the stack sets on every secret, beside that of the settings. */
export const OWN_TAG = 'credential';

const OURS: readonly string[] = [OWN_TAG, PIN_TAG];

/** Checks a credential's tags against what AWS takes. @see [Tagging](https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html) */
export const tagsFit = anyway<unknown>((credential, tell) => {
  const { tags } = credential as { tags?: unknown };
  if (typeof tags !== 'object' || tags === null) return;
  const keys = Object.keys(tags);
  if (keys.length > MOST_TAGS) {
    tell(['tags'], `has ${keys.length} tags; AWS takes 50 for a resource, and two are the stack's own`);
  }
  for (const [index, key] of keys.entries()) {
    const first = keys.findIndex((one) => one.toLowerCase() === key.toLowerCase());
    if (first < index) tell(['tags', key], `differs from '${keys[first]}' in case only`);
    if (OURS.includes(key.toLowerCase())) tell(['tags', key], `is the tag that the stack sets itself`);
  }
});
