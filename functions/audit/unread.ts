import { type ErrorCode, isRotationError, type RotationError } from '../credential/errors.ts';
import type { ConnectorSettings, Credential } from '../credential/settings/credential.ts';
import type { Finding, Unread } from '../ports/audit/records.ts';
import type { ConnectorView } from '../rotation/observe/observation.ts';

/** Failures that say of a system no more than that it does not answer now. */
const AWAY: readonly ErrorCode[] = [
  'iam-timeout',
  'iam-unavailable',
  'connector-timeout',
  'connector-unavailable',
  'store-unavailable',
  'store-throttled',
  'schedule-unavailable',
  'schedule-throttled',
  'tasks-unavailable',
  'tasks-throttled',
  'ledger-unavailable',
  'ledger-throttled',
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
export function unreadBy(error: RotationError, { accessTokenUrl }: Pick<Credential, 'accessTokenUrl'>): Unread {
  const [family] = error.code.split('-');
  const service = SERVICES[family as keyof typeof SERVICES];
  if (service) return unread(service, error);
  return unread({ system: 'iam', host: new URL(accessTokenUrl).host }, error);
}

/** The same of EventBridge Scheduler, where there are no settings yet. */
export function unreadSchedule(error: RotationError): Unread {
  return unread(SERVICES.schedule, error);
}

const SERVICES = {
  store: { system: 'secrets-manager', host: 'Secrets Manager' },
  key: { system: 'secrets-manager', host: 'Secrets Manager' },
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

function placeOf(settings: ConnectorSettings): Pick<Unread, 'system' | 'host'> {
  switch (settings.via) {
    case 'https':
      return { system: 'connector', host: new URL(settings.url).host };
    case 'agent':
      return { system: 'agent', host: settings.agent };
    case 'manual':
      return SERVICES.tasks;
  }
}

function unread(place: Pick<Unread, 'system' | 'host'>, error: RotationError): Unread {
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
