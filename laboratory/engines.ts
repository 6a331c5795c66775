import { bearerAccess } from '../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../local/stand-ins/connector/handler.ts';
import { createSecretsManager } from '../local/stand-ins/secrets-manager/engine.ts';
import { findSecret, type RotationEvent, type Store } from '../local/stand-ins/secrets-manager/model.ts';
import { addVersion } from '../local/stand-ins/secrets-manager/versions.ts';
import type { Handler } from '../local/stand-ins/serve.ts';
import type { MemoryTasks } from '../local/stand-ins/table/tasks.ts';
import {
  CONNECTOR_TOKEN,
  configurationOf,
  createIam,
  FIRST_SECRET,
  type OverlapOf,
  SECOND_CLIENT_ID,
  SECRET_ID,
  sharedConfiguration,
} from './parts.ts';
import type { Parts } from './snapshot.ts';

const FUNCTION_ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:rotate';

/** What the embedded services begin with. */
export interface EnginesOptions {
  readonly now: () => number;
  readonly names: readonly string[];
  /** What people are asked and say, where they have a part. */
  readonly tasks?: MemoryTasks | undefined;
  readonly overlap: OverlapOf;
  /** Whether a second client has a section in each configuration. */
  readonly second: boolean;
  readonly newId: () => string;
  readonly takeStep: (event: RotationEvent) => Promise<void>;
}

/** The embedded services of one laboratory, and what answers for each host. */
export function createEngines({ now, names, tasks, overlap, second, newId, takeStep }: EnginesOptions): {
  parts: Parts;
  handlers: Readonly<Record<string, Handler>>;
} {
  const iam = createIam(now, overlap, { second });
  const flow = new ConnectorEngine({ now, instance: 'laboratory' });
  const own = configurationOf(FIRST_SECRET);
  const carl = { clientId: SECOND_CLIENT_ID, clientSecret: FIRST_SECRET };
  for (const name of names) flow.configure(name, second ? sharedConfiguration(own, carl) : own);
  const secrets = createSecretsManager({
    clock: () => new Date(now()),
    newId,
    newSuffix: () => 'AbCdEf',
    invokeRotation: (_function, event) => takeStep(event),
  });
  return {
    parts: { iam: iam.engine, flow, secrets, names, ...(tasks && { tasks }) },
    handlers: {
      'iam.example.com': iam.handler,
      'flow.example.com': connectorHandler(flow, { access: bearerAccess(CONNECTOR_TOKEN) }),
    },
  };
}

/** As the stack does with `native`: the function belongs to the secret, and nothing is begun. */
export function register(store: Store): void {
  const rotation = { enabled: true, lambdaArn: FUNCTION_ARN, rules: {}, lastRotatedDate: undefined };
  findSecret(store, SECRET_ID).rotation = rotation;
}

/** Versions without a label that a day full of rotations has left behind, until there are so many. */
export function fillUp(store: Store, versions: number): void {
  const secret = findSecret(store, SECRET_ID);
  for (let i = 0; secret.versions.size < versions; i++) {
    addVersion(secret, `left-behind-${String(i).padStart(20, '0')}`, {
      value: { SecretString: '{}' },
      now: store.clock(),
    });
  }
}
