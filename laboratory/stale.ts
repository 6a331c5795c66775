import type { SecretsManagerEngine } from '../local/stand-ins/secrets-manager/engine.ts';
import type { Secret, Store } from '../local/stand-ins/secrets-manager/model.ts';
import { SECRET_ID } from './parts.ts';

/** How far reads of the credential's secret lag behind. */
export interface Staleness {
  /** Milliseconds. */
  readonly ms: number;
  /** 1: each read is stale; 2: every second one. */
  readonly every: number;
}

interface Moment {
  readonly at: number;
  readonly secret: Secret;
}

/** A Secrets Manager whose reads may be answered by a replica that does not know the newest versions and labels yet. */
export class StaleReads {
  readonly #engine: SecretsManagerEngine;
  readonly #staleness: Staleness;
  readonly #past: Moment[] = [];
  #reads = 0;

  constructor(engine: SecretsManagerEngine, staleness: Staleness) {
    this.#engine = engine;
    this.#staleness = staleness;
  }

  /** How old an answer may be, in milliseconds. */
  get ageMs(): number {
    return this.#staleness.ms;
  }

  /** Remembers what there is, before and after anything that may change it. */
  remember(): void {
    const secret = this.#engine.store.secrets.get(SECRET_ID);
    const last = this.#past.at(-1)?.secret;
    if (!secret || (last && same(last, secret))) return;
    this.#past.push({ at: this.#now(), secret: copyOf(secret) });
  }

  /** The store that the next read of a secret is answered from. */
  storeFor(secretId: string | undefined): Store {
    const { store } = this.#engine;
    if (secretId !== SECRET_ID || this.#reads++ % this.#staleness.every !== 0) return store;
    const before = this.#now() - this.#staleness.ms;
    const old = this.#past.findLast(({ at }) => at <= before) ?? this.#past[0];
    return old ? { ...store, secrets: new Map(store.secrets).set(SECRET_ID, old.secret) } : store;
  }

  #now(): number {
    return this.#engine.store.clock().getTime();
  }
}

function copyOf(secret: Secret): Secret {
  const versions = new Map([...secret.versions].map(([id, version]) => [id, { ...version }]));
  return { ...secret, versions, labels: new Map(secret.labels) };
}

function same(one: Secret, other: Secret): boolean {
  return (
    one.lastChangedDate.getTime() === other.lastChangedDate.getTime() &&
    one.versions.size === other.versions.size &&
    [...other.labels].every(([label, id]) => one.labels.get(label) === id) &&
    one.labels.size === other.labels.size &&
    [...other.versions].every(([id, { value }]) => one.versions.get(id)?.value === value)
  );
}
