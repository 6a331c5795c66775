import { randomBytes, randomUUID } from 'node:crypto';
import { bearerAccess } from '../stand-ins/connector/access.ts';
import { ConnectorEngine } from '../stand-ins/connector/engine.ts';
import { connectorHandler } from '../stand-ins/connector/handler.ts';
import { IamEngine } from '../stand-ins/iam/engine.ts';
import { iamHandler } from '../stand-ins/iam/handler.ts';
import { randomSecret } from '../stand-ins/iam/secret-rotation.ts';
import { localTokens } from '../stand-ins/iam/tokens.ts';
import type { Handler } from '../stand-ins/serve.ts';
import { type AwsOptions, type EmbeddedAws, startAws } from './aws.ts';
import { Running } from './running.ts';

/** Options of {@link startEmbeddedStack}. */
export interface EmbeddedStackOptions extends Omit<AwsOptions, 'prefix' | 'clock'> {
  /** Begins every name. @default 'client-secret-rotation' */
  readonly prefix?: string;
  /** The bearer token with which connectors may be read and written. */
  readonly connectorToken: string;
  /** The time in AWS: of its services and of the functions, not of the IAM and the connectors. @default - real time */
  readonly clock?: () => Date;
  /** Called after each request that may have changed the IAM or a connector. */
  readonly onChange?: () => void;
}

/** The system on loopback, without customers. */
export interface EmbeddedStack extends EmbeddedAws {
  readonly prefix: string;
  readonly iamUrl: string;
  readonly connectorUrl: string;
  /** The state of the IAM and of the connectors, for what a customer's administrators do by hand. */
  readonly iam: IamEngine;
  readonly connector: ConnectorEngine;
  /** Stops everything. */
  close(): Promise<void>;
}

/**
 * Starts Secrets Manager, Scheduler, Lambda, HTTP API, IAM and OData connector in this process, each on a port of 127.0.0.1. The
 * functions are the real ones, and everything between the parts is HTTP.
 *
 * @throws {Error} with code `EADDRINUSE` when the port of the API is taken; nothing is left running then
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const { prefix = 'client-secret-rotation', clock = () => new Date() } = options;
  const running = new Running();
  try {
    const aws = await startAws({ ...options, prefix, clock }, running);
    const systems = await startSystems(options, running);
    return { prefix, ...aws, ...systems, close: () => running.close() };
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function startSystems({ connectorToken, onChange = () => {} }: EmbeddedStackOptions, running: Running) {
  const iam = new IamEngine({ now: Date.now, randomSecret, randomUuid: randomUUID });
  const connector = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  const tokens = localTokens(iam, { key: randomBytes(32), randomUuid: randomUUID });
  const access = bearerAccess(connectorToken);
  const iamServer = await running.listen(watched(iamHandler(iam, tokens), onChange));
  const connectorServer = await running.listen(watched(connectorHandler(connector, { access }), onChange));
  return { iam, connector, iamUrl: iamServer.url, connectorUrl: connectorServer.url };
}

/** Tells of every call that may have changed something, the moment that it has. */
function watched(handler: Handler, onChange: () => void): Handler {
  return async (request) => {
    const response = await handler(request);
    if (request.method !== 'GET' && !new URL(request.url).pathname.endsWith('/token')) onChange();
    return response;
  };
}
