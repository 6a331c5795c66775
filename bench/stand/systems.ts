import { randomBytes, randomUUID } from 'node:crypto';
import { KEYS, REGION } from '../../local/embedded-stack/names.ts';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { eventBridgeHandler } from '../../local/stand-ins/event-bridge/handler.ts';
import { IamEngine } from '../../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../../local/stand-ins/iam/handler.ts';
import { randomSecret } from '../../local/stand-ins/iam/secret-rotation.ts';
import { localTokens } from '../../local/stand-ins/iam/tokens.ts';
import { createScheduler } from '../../local/stand-ins/scheduler/scheduler.ts';
import { createSecretsManager } from '../../local/stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../../local/stand-ins/secrets-manager/handler.ts';
import type { RotationEvent } from '../../local/stand-ins/secrets-manager/model.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import { sqsHandler } from '../../local/stand-ins/sqs/handler.ts';
import { startTable } from '../../local/stand-ins/table/server.ts';
import { PREFIX } from './prefix.ts';
import type { Service } from './services.ts';

/** What lets a rotator in at the connectors. */
export const CONNECTOR_TOKEN = 'connector-access-token';

/** What systems are made of. */
export interface SystemsOptions {
  /** The time of the IAM and the connectors, in milliseconds since 1970. */
  readonly now: () => number;
  /** The time of Secrets Manager. @default - the same */
  readonly secretsClock?: () => number;
  /** How SQS waits for a message. @default - in real time */
  readonly wait?: (ms: number, arrived: Promise<void>) => Promise<void>;
}

/** The embedded parts on which everybody is measured, each as a handler. */
export type Systems = Awaited<ReturnType<typeof createSystems>>;

/** Makes the embedded parts, without a customer. */
export async function createSystems({ now, secretsClock = now, wait }: SystemsOptions) {
  /** Set to whoever takes Secrets Manager's steps. */
  const rotation = {
    take: async (_event: RotationEvent): Promise<void> => {
      throw new Error('nobody takes steps here');
    },
  };
  const secrets = createSecretsManager({
    clock: () => new Date(secretsClock()),
    invokeRotation: (_function, event) => rotation.take(event),
  });
  const scheduler = createScheduler({ clock: () => new Date(now()), invoke: async () => undefined });
  const iam = new IamEngine({ now, randomSecret, randomUuid: randomUUID });
  const connector = new ConnectorEngine({ now, instance: randomUUID() });
  const tokens = localTokens(iam, { key: randomBytes(32), randomUuid: randomUUID });
  const sqs = new SqsEngine({ now, ...(wait && { wait }) });
  const table = await startTable(PREFIX);
  const handlers: Readonly<Record<Service, Handler>> = {
    'secrets-manager': withRandomPassword(secretsManagerHandler(secrets).handler),
    scheduler: scheduler.handler,
    table: forwardedTo(table.url),
    'event-bridge': eventBridgeHandler(() => undefined),
    sqs: sqsHandler(sqs),
    iam: iamHandler(iam, tokens),
    connector: connectorHandler(connector, { access: bearerAccess(CONNECTOR_TOKEN) }),
  };
  return { iam, connector, secrets, sqs, rotation, handlers, close: () => table.close() };
}

/** How the parts of AWS are signed to: none of them checks it. */
export const ACCESS = { region: REGION, credentials: KEYS } as const;

/** What the template asks for, and the stand-in doesn't have since nothing of ours does. */
function withRandomPassword(handler: Handler): Handler {
  return async (request) => {
    if (request.headers.get('x-amz-target') !== 'secretsmanager.GetRandomPassword') return await handler(request);
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    return new Response(JSON.stringify({ RandomPassword: randomBytes(16).toString('hex') }), { headers });
  };
}

function forwardedTo(origin: string): Handler {
  return async (request) => {
    const { method, headers } = request;
    const body = await request.arrayBuffer();
    const response = await fetch(`${origin}${new URL(request.url).pathname}`, { method, headers, body });
    return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
  };
}
