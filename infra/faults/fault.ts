import { pathText } from '../../functions/credential/settings/fault-lines.ts';

/** Something in the fleet file that a person has to correct, or should look at. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** What is wrong, and what to write instead. Never a secret, nor a URL: it may carry one. */
  readonly message: string;
}

/** Where a fault is, for people. */
export interface Place {
  /** The credential's id, where it has one. */
  readonly id: string | undefined;
  readonly file: string;
  readonly line: number;
}

/** `credentials[3].schedule.timezone: 'Mars/X' is not an IANA time zone; … (acme-prod, fleet.json:42)` */
export function faultLine({ path, message }: Fault, { id, file, line }: Place): string {
  return `${pathText(path) || 'the file'}: ${message} (${id === undefined ? '' : `${id}, `}${file}:${line})`;
}
