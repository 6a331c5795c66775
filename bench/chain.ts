import type { Hop } from './stand/network.ts';
import type { Table } from './table.ts';

/** A request that can't be sent before the one before it in the chain is answered. */
interface Link {
  readonly service: string;
  /** How its name begins, in the list of hops. */
  readonly name: string;
  readonly does: string;
  /** Why it waits. */
  readonly because: string;
}

const SETTINGS: Link = {
  service: 'scheduler',
  name: 'GET /schedules/',
  does: 'reads the settings',
  because: 'an event names a credential and nothing else',
};

const LOOKS: readonly Link[] = [
  { service: 'connector', name: 'GET', does: 'reads the connector', because: 'the settings say where it is' },
  {
    service: 'secrets-manager',
    name: 'ListSecretVersionIds',
    does: 'reads the labels',
    because: 'connectors are read before labels: whoever rotates in between is noticed by the ETag',
  },
];

const PROBE: readonly Link[] = [
  {
    service: 'iam',
    name: 'PUT /clients/',
    does: 'marks the client, to try the overlap',
    because: 'it is a write, and all looks come first',
  },
  { service: 'iam', name: 'GET /clients', does: 'reads the mark', because: 'it was written' },
];

const CHANGE: readonly Link[] = [
  {
    service: 'secrets-manager',
    name: 'PutSecretValue',
    does: 'stores the candidate',
    because: 'nothing begins before every look has shown that it can end',
  },
  {
    service: 'iam',
    name: 'PUT /clients/',
    does: 'sets the secret',
    because: 'a secret that is not stored can be lost',
  },
  { service: 'iam', name: 'token', does: 'proves the new secret', because: 'it was set' },
  { service: 'connector', name: 'PATCH', does: 'pushes', because: 'no connector gets an unproven secret' },
  { service: 'connector', name: 'GET', does: 'reads the connector again', because: 'a success status is no proof' },
  {
    service: 'secrets-manager',
    name: 'UpdateSecretVersionStage',
    does: 'promotes',
    because: 'until every connector holds it, it can be undone',
  },
  {
    service: 'secrets-manager',
    name: 'UpdateSecretVersionStage',
    does: 'clears the pending label',
    because: 'that is the last act, and the proof that nobody else began',
  },
  { service: 'table', name: '', does: 'records the run', because: 'the record tells how it ended' },
];

/** The longest chain of true dependencies of a warm rotation by its schedule, with `set`. Beside it much is done at the same time. */
export const CHAINS = {
  'in-place': [SETTINGS, ...LOOKS, ...CHANGE],
  'dual-secret': [SETTINGS, ...LOOKS, ...PROBE, ...CHANGE],
} as const satisfies Readonly<Record<string, readonly Link[]>>;

/**
 * Finds a chain among the requests of a rotation.
 *
 * @returns its requests, of which each was sent once the one before was answered
 * @throws {Error} with the link that isn't there: then it is no dependency, or is not kept
 */
export function findChain(chain: readonly Link[], hops: readonly Hop[]): Hop[] {
  const found: Hop[] = [];
  for (const { service, name, does } of chain) {
    const earliest = found.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
    const next = hops.find((hop) => hop.service === service && hop.name.startsWith(name) && hop.start >= earliest);
    if (!next) throw new Error(`nothing ${does} once the one before is answered`);
    found.push(next);
  }
  return found;
}

const NOTE = `Each request waits for the answer of the one before, and has to. A rotation that did everything else beside these would be so many round trips deep; a goal below that number asks for one of the reasons to be given up.`;

/** The chains, link by link. */
export function chainTable(): Table {
  const rows = Object.entries(CHAINS).flatMap(([strategy, chain]) =>
    chain.map(({ service, does, because }, index) => [strategy, index + 1, service, does, because]),
  );
  return {
    title: 'The longest chain of true dependencies',
    note: NOTE,
    columns: ['rotation', 'depth', 'asks', 'what for', 'waits, since'],
    rows,
  };
}
