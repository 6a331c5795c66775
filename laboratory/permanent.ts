import { findSecret } from '../local/stand-ins/secrets-manager/model.ts';
import { addVersion, attach } from '../local/stand-ins/secrets-manager/versions.ts';
import { Deeds } from './deeds.ts';
import { dependencyOf, type FaultKind, isWrite } from './faults.ts';
import type { Laboratory } from './laboratory.ts';
import { SECRET_ID } from './parts.ts';

/** A fault that lasts until a person ends it. */
export interface Permanent {
  readonly name: string;
  /** Nobody can plan anything while it lasts. */
  readonly plansNothing?: boolean;
  /** @returns ends it */
  readonly begin: (laboratory: Laboratory) => () => void;
}

/** A version id that looks like one. */
export function idFor(name: string): string {
  return name.padEnd(36, '0');
}

/** Every fault that may last. */
export const PERMANENT: readonly Permanent[] = [
  { name: 'none', begin: () => () => undefined },
  weather('the IAM drops packets', 'time-out', (name) => dependencyOf(name) === 'iam'),
  weather('the IAM answers 503', '5xx', (name) => dependencyOf(name) === 'iam'),
  weather('the IAM answers 403', '403', (name) => dependencyOf(name) === 'iam'),
  weather('the IAM is read-only', '403', (name) => name.startsWith('iam') && isWrite(name)),
  weather('Secrets Manager is away', '5xx', (name) => dependencyOf(name) === 'store'),
  weather('Secrets Manager is read-only', '403', (name) => name.startsWith('secrets-manager') && isWrite(name)),
  { ...weather('the scheduler is away', '5xx', (name) => dependencyOf(name) === 'scheduler'), plansNothing: true },
  weather('a connector drops packets', 'time-out', (name) => dependencyOf(name) === 'ifs-2'),
  weather('a connector answers 403', '403', (name) => dependencyOf(name) === 'ifs-2'),
  weather('a connector is read-only', '403', (name) => name.startsWith('connector PATCH /ifs-2')),
  weather('a connector keeps something else', 'ignored', (name) => name.startsWith('connector PATCH /ifs-2')),
  { name: 'the client is disabled', begin: disabled },
  { name: 'AWSPENDING can not be read', begin: (laboratory) => unreadable(laboratory, 'AWSPENDING') },
  { name: 'AWSPREVIOUS can not be read', begin: (laboratory) => unreadable(laboratory, 'AWSPREVIOUS') },
];

function weather(name: string, fault: FaultKind, concerns: (request: string) => boolean): Permanent {
  return {
    name,
    begin: ({ simulation }) => {
      simulation.setWeather((request) => (concerns(request) ? { fault } : undefined));
      return () => simulation.setWeather();
    },
  };
}

function disabled(laboratory: Laboratory): () => void {
  const deeds = new Deeds(laboratory);
  deeds.disable('live');
  return () => deeds.enable();
}

/** What another program has put there, until somebody takes the label away. */
function unreadable({ parts }: Laboratory, label: 'AWSPENDING' | 'AWSPREVIOUS'): () => void {
  const { store } = parts.secrets;
  const secret = findSecret(store, SECRET_ID);
  const id = idFor(`unreadable-${label.toLowerCase()}`);
  addVersion(secret, id, {
    value: { SecretString: 'what another program wrote' },
    now: new Date(store.clock().getTime() - 600_000),
  });
  const before = secret.labels.get(label);
  attach(secret, label, id);
  return () => {
    if (secret.labels.get(label) !== id) return;
    if (before === undefined) secret.labels.delete(label);
    else secret.labels.set(label, before);
  };
}
