import { RotationError } from '../../functions/credential/errors.ts';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import type { Connector } from '../../functions/ports/connector.ts';
import type { IamClient } from '../../functions/ports/iam.ts';
import type { TokenResult } from '../../functions/ports/token-endpoint.ts';
import type { ConnectorView, Found, PendingVersion } from '../../functions/rotation/observe/observation.ts';
import type { State } from '../../functions/rotation/observe/states.ts';

/** When everything that was observed was created. */
export const CREATED_AT = new Date('2026-03-01T03:00:00Z');

export const ACCEPTED: TokenResult = { accepted: true, accessToken: new Secret('token') };
export const REFUSED: TokenResult = { accepted: false, error: 'unauthorized_client', description: 'wrong' };

/** The current document, and the candidate's. */
export const CURRENT = {
  accessTokenUrl: 'https://iam.example.com/token',
  clientId: 'NC_Flow',
  clientSecret: new Secret('current'),
  scope: 'openid',
};
export const CANDIDATE = { ...CURRENT, clientSecret: new Secret('candidate') };

const CONNECTOR: Connector = {
  name: 'ifs',
  proof: 'written',
  attended: false,
  read: () => Promise.reject(new Error('not here')),
  write: () => Promise.reject(new Error('not here')),
};

/** A connector whose sections hold these secrets. */
export function connectorWith(...secrets: string[]): ConnectorView {
  const sections = secrets.map((secret, index) => ({
    path: `machineUsers/${index}`,
    clientId: 'NC_Flow',
    secretFingerprint: secretFingerprint(new Secret(secret)),
  }));
  return { connector: CONNECTOR, configuration: { etag: '"1"', sections, sectionsSkipped: 0, proof: 'written' } };
}

/** A connector that is away. */
export const UNREADABLE: ConnectorView = {
  connector: CONNECTOR,
  error: new RotationError('connector-unavailable', 'down'),
};

/** The IAM's client with a secret. */
export function clientWith(secret: string, more: Partial<IamClient> = {}): IamClient {
  return { id: 'uuid', clientId: 'NC_Flow', secret: new Secret(secret), ...more };
}

const VERSION = { createdAt: CREATED_AT, own: false };

/** Versions in AWSPENDING. */
export const PENDING = {
  candidate: { ...VERSION, id: 'two', content: { kind: 'candidate', document: CANDIDATE } },
  intent: {
    ...VERSION,
    id: 'two',
    content: { kind: 'regenerate', clientId: 'NC_Flow', fingerprint: secretFingerprint(CURRENT.clientSecret) },
  },
  retire: { ...VERSION, id: 'two', content: { kind: 'retire', versionId: 'zero' } },
  empty: { ...VERSION, id: 'two', content: { kind: 'empty' } },
} as const satisfies Record<string, PendingVersion>;

const ONE = { id: 'one', stages: ['AWSCURRENT'], createdAt: CREATED_AT };
const ZERO = { id: 'zero', stages: ['AWSPREVIOUS'], createdAt: CREATED_AT };

/** Everything at rest, unless something is said to be otherwise. */
export function atRest(other: Partial<Found> = {}): Found {
  const { pending } = other;
  const two = pending && { id: pending.id, stages: ['AWSPENDING'], createdAt: pending.createdAt };
  const versions = [ZERO, ONE, ...(two ? [two] : [])];
  return {
    connectors: [connectorWith('current')],
    labels: { versions, current: ONE, previous: ZERO, ...(two && { pending: two }) },
    current: { id: 'one', createdAt: CREATED_AT, document: CURRENT },
    clientInUse: clientWith('current'),
    clientToRenew: clientWith('current'),
    answer: ACCEPTED,
    iamHoldsCandidate: false,
    ...other,
  };
}

/** The IAM holds this secret. */
export function iamHolding(
  secret: string,
  more: Partial<IamClient> = {},
): Pick<Found, 'clientInUse' | 'clientToRenew'> {
  return { clientInUse: clientWith(secret, more), clientToRenew: clientWith(secret, more) };
}

/** AWSPENDING on the current version. */
export function uncleared(other: Partial<Found> = {}): Found {
  const seen = atRest(other);
  return { ...seen, labels: { ...seen.labels, pending: ONE } };
}

/** One observation of each state in which there is a current document. */
export const OBSERVED: Readonly<Record<Exclude<State, 'first-run'>, Found>> = {
  'at-rest': atRest(),
  'intent-open': atRest({ pending: PENDING.intent }),
  'regenerated-unstored': atRest({ pending: PENDING.intent, ...iamHolding('made-by-the-iam'), answer: REFUSED }),
  'candidate-unset': atRest({ pending: PENDING.candidate }),
  'candidate-set': atRest({ pending: PENDING.candidate, ...iamHolding('candidate'), iamHoldsCandidate: true }),
  'promoted-uncleared': uncleared(),
  'changed-by-hand': atRest({ ...iamHolding('by-hand'), answer: REFUSED }),
  expired: atRest({ ...iamHolding('current', { secretExpiresAt: CREATED_AT }), answer: REFUSED }),
  'connector-differs': atRest({ connectors: [connectorWith('old')] }),
  'empty-pending': atRest({ pending: PENDING.empty }),
  'retire-open': atRest({ pending: PENDING.retire }),
};
