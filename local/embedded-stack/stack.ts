import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  /** How long the IAM and the connectors take before they answer, in milliseconds. @default 0 */
  readonly answerMs?: number;
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

async function startSystems(options: EmbeddedStackOptions, running: Running) {
  const { connectorToken, onChange = () => {}, answerMs = 0 } = options;
  const iam = new IamEngine({ now: Date.now, randomSecret, randomUuid: randomUUID });
  const connector = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  const tokens = localTokens(iam, { key: randomBytes(32), randomUuid: randomUUID });
  const access = bearerAccess(connectorToken);
  const listen = (handler: Handler) => running.listen(watched(slow(handler, answerMs), onChange));
  const iamServer = await listen(iamHandler(iam, tokens));
  const connectorServer = await listen(connectorHandler(connector, { access }));
  return { iam, connector, iamUrl: iamServer.url, connectorUrl: connectorServer.url };
}

/** As far away as a customer's systems are. */
function slow(handler: Handler, ms: number): Handler {
  if (ms === 0) return handler;
  return async (request) => {
    await sleep(ms);
    return await handler(request);
  };
}

/** Tells of every call that may have changed something, the moment that it has. */
function watched(handler: Handler, onChange: () => void): Handler {
  return async (request) => {
    const response = await handler(request);
    if (request.method !== 'GET' && !new URL(request.url).pathname.endsWith('/token')) onChange();
    return response;
  };
}
