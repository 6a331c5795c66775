import type { EmbeddedStack } from '../embedded-stack/stack.ts';
import { acceptsSecret } from '../stand-ins/iam/token-request.ts';
import { CLIENT_ID, type Customer } from './fleet/customers.ts';
import type { SecretsState, Span } from './report/secrets-states.ts';

/** What a watch looks at. */
export interface Watched {
  readonly iam: EmbeddedStack['iam'];
  readonly customer: Customer;
  /** The secret that the connector is configured with. */
  readonly configured: () => string;
  readonly now: () => number;
  readonly onChange: (state: SecretsState) => void;
}

/** Follows which secrets the IAM accepts and which one the connector uses. It has to be told when to look. */
export class SecretsWatch {
  readonly #watched: Watched;
  readonly #secrets: string[] = [];
  readonly #states: SecretsState[] = [];

  constructor(watched: Watched) {
    this.#watched = watched;
    this.look();
  }

  /** The secret that the connector is configured with. */
  get configuredSecret(): string {
    return this.#watched.configured();
  }

  /** Looks, and notes what is no longer as it was. */
  look(): void {
    const { iam, customer, now, onChange } = this.#watched;
    const client = iam.findClient(customer.realm, CLIENT_ID);
    if (!client) return;
    const configured = this.#letterOf(this.configuredSecret);
    this.#letterOf(client.secret ?? '');
    const known = this.#secrets.filter((secret) => acceptsSecret(client, secret, iam.nowSeconds));
    const state = { at: now(), accepted: known.map((secret) => this.#letterOf(secret)), configured };
    if (same(this.#states.at(-1), state)) return;
    this.#states.push(state);
    onChange(state);
  }

  /** The states that cover a span; the first one may have begun before it. */
  statesIn({ from, to }: Span): SecretsState[] {
    const begun = this.#states.findLastIndex(({ at }) => at <= from);
    return this.#states.slice(Math.max(0, begun)).filter(({ at }) => at <= to);
  }

  #letterOf(secret: string): string {
    if (!this.#secrets.includes(secret)) this.#secrets.push(secret);
    return String.fromCharCode('A'.charCodeAt(0) + this.#secrets.indexOf(secret));
  }
}

function same(one: SecretsState | undefined, other: SecretsState): boolean {
  return one?.configured === other.configured && one.accepted.join() === other.accepted.join();
}
