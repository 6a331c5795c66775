import { type ErrorCode, isRotationError, type RotationError } from '../../credential/errors.ts';
import { type ConnectorSettings, type Credential, signingKeyOf } from '../../credential/settings/credential.ts';
import type { Finding, Unread } from '../../ports/audit/records.ts';
import type { ConnectorView } from '../../rotation/observe/observation.ts';
import type { Sight } from './sight.ts';

/** Failures that say of a system no more than that it does not answer now. */
const AWAY: readonly ErrorCode[] = [
  'iam-timeout',
  'iam-unavailable',
  'connector-timeout',
  'connector-unavailable',
  'store-unavailable',
  'store-throttled',
  'store-account-unavailable',
  'signer-unavailable',
  'signer-throttled',
  'schedule-unavailable',
  'schedule-throttled',
  'tasks-unavailable',
  'tasks-throttled',
  'ledger-unavailable',
  'ledger-throttled',
  'proxy-unavailable',
];

/** Failures of a read that are findings: the system has answered, and what it said is wrong. */
const WRONG: Partial<Record<ErrorCode, Finding['kind']>> = {
  'document-invalid': 'value-invalid',
  'pending-unknown': 'value-invalid',
  'secret-not-found': 'value-invalid',
  'secret-deleted': 'value-invalid',
  'client-not-found': 'client-unusable',
  'client-not-usable': 'client-unusable',
  'token-not-ours': 'secret-refused',
};

/** What a failed read says of the credential; undefined where it only says that nothing is known. */
export function wrongIn(error: RotationError): Finding | undefined {
  const kind = WRONG[error.code];
  return kind && { kind, detail: error.message };
}

/** Who could not be read, by what failed. Whatever no other system's failure is came up while the IAM was asked. */
export function unreadBy(error: RotationError, credential: Pick<Credential, 'accessTokenUrl'>): Unread {
  const [family] = error.code.split('-');
  const service = SERVICES[family as keyof typeof SERVICES];
  if (service) return unread(service, error);
  return unread(iamOf(credential), error);
}

/** A service of AWS that could not be read, where a failure is known to be its own. */
export function unreadService(service: keyof typeof SERVICES, error: RotationError): Unread {
  return unread(SERVICES[service], error);
}

/** The IAM of a credential. */
export function iamOf({ accessTokenUrl }: Pick<Credential, 'accessTokenUrl'>): Place {
  return { system: 'iam', host: new URL(accessTokenUrl).host };
}

/** Whether the IAM was asked, and has answered. Before the first run no secret is tried, and of an IAM that nobody can read nothing else is. */
export function hasIamAnswered({ answer, seen, credential }: Sight): boolean {
  return answer !== undefined || (seen !== undefined && credential.iam.type !== 'manual');
}

/** Whether the rotator's key has signed: without a signature nothing of the IAM was seen. */
export function hasSigned({ seen, credential }: Sight): boolean {
  return seen !== undefined && signingKeyOf(credential).length > 0;
}

/** The systems that have answered when a credential was looked at. */
export function answeredIn(sight: Sight | undefined): readonly Place[] {
  if (!sight) return [];
  const { credential, labels, seen } = sight;
  const read = (seen?.connectors ?? []).filter(({ error }) => !error).map(({ connector }) => connector.name);
  return [
    SERVICES.schedule,
    ...(labels ? [SERVICES.store] : []),
    ...(hasIamAnswered(sight) ? [iamOf(credential)] : []),
    ...(hasSigned(sight) ? [SERVICES.signer] : []),
    ...credential.connectors.filter(({ name }) => read.includes(name)).map(placeOf),
  ];
}

type Place = Pick<Unread, 'system' | 'host'>;

/** The services of AWS, by what their failures' codes begin with. */
export const SERVICES = {
  store: { system: 'secrets-manager', host: 'Secrets Manager' },
  key: { system: 'secrets-manager', host: 'Secrets Manager' },
  signer: { system: 'kms', host: 'AWS KMS' },
  schedule: { system: 'scheduler', host: 'EventBridge Scheduler' },
  tasks: { system: 'table', host: 'DynamoDB' },
  ledger: { system: 'table', host: 'DynamoDB' },
} as const;

/** Connectors that could not be read. One without a section of ours was. */
export function unreadConnectors(views: readonly ConnectorView[], { connectors }: Credential): Unread[] {
  return views.flatMap(({ connector, error }) => {
    if (!error || isRotationError(error, 'section-not-found')) return [];
    const settings = connectors.find(({ name }) => name === connector.name);
    return settings ? [unread(placeOf(settings), error)] : [];
  });
}

function placeOf(settings: ConnectorSettings): Place {
  switch (settings.via) {
    case 'https':
      return { system: 'connector', host: new URL(settings.url).host };
    case 'agent':
      return { system: 'agent', host: settings.agent };
    case 'access-secret':
      return SERVICES.store;
    case 'manual':
      return SERVICES.tasks;
  }
}

function unread(place: Place, error: RotationError): Unread {
  return { ...place, away: AWAY.includes(error.code), code: error.code, detail: error.message };
}

/** What is told of a system that could not be read: an agent that does not reply has a name of its own. */
export function unreadFinding({ system, host, away, code, detail }: Unread): Finding {
  const silent = system === 'agent' && code === 'connector-timeout';
  return {
    kind: silent ? 'agent-silent' : 'unreadable',
    about: `${system} ${host}`,
    detail: `${host}: ${detail}`,
    system: { system, host, away, code },
  };
}
