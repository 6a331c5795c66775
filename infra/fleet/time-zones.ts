import { TIME_ZONES } from '../../functions/credential/schedule/time-zones.ts';
import { didYouMean } from '../faults/did-you-mean.ts';

/**
 * Says what is wrong with the name of a time zone. It has to be spelled as IANA does.
 *
 * @returns a sentence for the person who wrote it, or undefined when it can be used
 */
export function timeZoneFault(name: string): string | undefined {
  if (TIME_ZONES.includes(name)) return undefined;
  return `'${name}' is not an IANA time zone; ${didYouMean(name, TIME_ZONES) ?? 'for example Europe/Stockholm'}`;
}
