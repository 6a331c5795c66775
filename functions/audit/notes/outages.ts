import type { KnownOutage, Unread } from '../../ports/audit/records.ts';

/** After so many credentials in a row for which a system did not answer, it is asked for no other one. */
const GIVEN_UP_AFTER = 3;
/** So many ids are named of an outage. */
const EXAMPLES = 5;

type Place = Pick<Unread, 'system' | 'host'>;
type Outage = Omit<KnownOutage, 'since'>;

/**
 * The systems that one audit could not read: an IAM that is away keeps many credentials from being looked at, and is one thing to be
 * told of. It holds counts and a few ids, however many credentials there are.
 */
export class Outages {
  readonly #outages = new Map<string, Outage>();
  readonly #inARow = new Map<string, number>();
  readonly #answered = new Set<string>();

  /** A system has answered. */
  answered(place: Place): void {
    this.#answered.add(placeKey(place));
    this.#inARow.delete(placeKey(place));
  }

  /** A credential could not be looked at. */
  failed(id: string, unread: Unread): void {
    const key = outageKey(unread);
    const { credentials, examples, ...known } = this.#outages.get(key) ?? { ...unread, credentials: 0, examples: [] };
    const named = examples.length < EXAMPLES ? [...examples, id] : examples;
    this.#outages.set(key, { ...known, credentials: credentials + 1, examples: named });
    if (unread.away) this.#inARow.set(placeKey(unread), (this.#inARow.get(placeKey(unread)) ?? 0) + 1);
  }

  /** Whether a system did not answer for several credentials in a row. */
  isAway(place: Place): boolean {
    return (this.#inARow.get(placeKey(place)) ?? 0) >= GIVEN_UP_AFTER;
  }

  /**
   * What is out now. An outage that this audit had no occasion to notice goes on.
   *
   * @returns every outage since when it lasts, and those that were not known before
   */
  merge(before: readonly KnownOutage[], now: Date): { all: readonly KnownOutage[]; news: readonly KnownOutage[] } {
    const known = new Map(before.map((outage) => [outageKey(outage), outage]));
    const found = [...this.#outages].map(([key, outage]) => ({ ...outage, since: known.get(key)?.since ?? now }));
    const rest = before.filter((one) => !this.#outages.has(outageKey(one)) && !this.#answered.has(placeKey(one)));
    return { all: [...found, ...rest], news: found.filter((one) => !known.has(outageKey(one))) };
  }
}

function placeKey({ system, host }: Place): string {
  return `${system} ${host}`;
}

/** A timeout here and a refused connection there are one outage. */
function outageKey(unread: Pick<Unread, 'system' | 'host' | 'away' | 'code'>): string {
  return `${placeKey(unread)} ${unread.away ? 'away' : unread.code}`;
}
