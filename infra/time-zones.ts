import tzdata from 'tzdata' with { type: 'json' };
import { didYouMean } from './did-you-mean.ts';

/** The names that IANA gives, links to other zones included. `Factory` is none that a clock could show. */
const NAMES = Object.keys(tzdata.zones).filter((name) => name !== 'Factory');

/**
 * Says what is wrong with the name of a time zone. It has to be spelled as IANA does: this Node also takes `europe/stockholm` and `PST`,
 * EventBridge Scheduler doesn't.
 *
 * @returns a sentence for the person who wrote it, or undefined when it can be used
 * @see [Time Zone Database](https://www.iana.org/time-zones)
 */
export function timeZoneFault(name: string): string | undefined {
  if (NAMES.includes(name)) return undefined;
  return `'${name}' is not an IANA time zone; ${didYouMean(name, NAMES) ?? 'for example Europe/Stockholm'}`;
}
