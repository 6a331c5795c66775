import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { details, Schedules } from '../local/stand-ins/scheduler/engine.ts';
import { ScheduleBody } from '../local/stand-ins/scheduler/schemas.ts';
import { operations, type SecretsManagerEngine } from '../local/stand-ins/secrets-manager/engine.ts';
import type { Answer } from './faults.ts';
import { SECRET_ID } from './parts.ts';
import type { Process } from './process.ts';
import type { StaleReads } from './stale.ts';

/** As the SDK's standard mode: how often a call is tried, and how long it pauses before a repeat. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

/** A command of an SDK, as far as a port's client is given one. */
export interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
  /** What stands around each try; a real command has it. */
  readonly middlewareStack?: {
    resolve(handler: () => Promise<object>, context: object): (args: object) => Promise<object>;
  };
}

/**
 * What a port sees of an SDK client: `send`, which repeats a call like the SDK's standard mode does and counts its attempts. The
 * engine is called directly. Signing, serialising and parsing are the SDK's own affair, and would take nine tenths of the time.
 */
export function secretsManagerOf(
  engine: SecretsManagerEngine,
  process: Process,
  { stale, sends, reads, writes, full }: Eyes,
): SecretsManagerClient {
  return clientOf(process, 'secrets-manager', {
    name: nameOfCall,
    sends,
    isRepeated: (operation, input) => {
      const { SecretId = '', ClientRequestToken = '', SecretString } = input as Record<string, string | undefined>;
      const value = engine.store.secrets.get(SecretId)?.versions.get(ClientRequestToken)?.value;
      return operation === 'PutSecretValue' && value !== undefined && value.SecretString === SecretString;
    },
    perform: (operation, input) => {
      const isRead = /^(Get|List|Describe)/.test(operation);
      stale?.remember();
      const store = isRead && stale ? stale.storeFor((input as { SecretId?: string }).SecretId) : engine.store;
      const act = () => (operations[operation as keyof typeof operations] as Operation)(store, input);
      const name = `secrets-manager ${nameOfCall(operation, input)}`;
      if (isRead) reads(name);
      try {
        return isRead ? act() : writes(name, act);
      } catch (error) {
        if ((error as { type?: string }).type === 'LimitExceededException') full(name);
        throw error;
      } finally {
        stale?.remember();
      }
    },
  }) as unknown as SecretsManagerClient;
}

function nameOfCall(operation: string, input: object): string {
  const { SecretId, VersionStage } = input as { SecretId?: string; VersionStage?: string };
  const about = SecretId === SECRET_ID ? (VersionStage ?? '') : SecretId;
  return `${operation} ${about}`.trim();
}

type Operation = (store: unknown, input: object) => object;

/** What stands around the calls of a process. */
export interface Eyes {
  readonly stale?: StaleReads | undefined;
  /** Hears of each request before it is sent. */
  readonly sends: (request: string) => void;
  /** Hears of each read that is carried out. */
  readonly reads: (request: string) => void;
  /** Stands around a write that is carried out. */
  readonly writes: <T>(request: string, write: () => T) => T;
  /** Hears of a write that a quota does not allow for a day. */
  readonly full: (request: string) => void;
}

/** What is heard of one-time schedules. */
interface OneTimes {
  readonly created: (name: string) => void;
  /** Somebody has asked for one that is there now, whoever made it. */
  readonly asked: (name: string) => void;
  readonly deleted: (name: string) => void;
}

/** The same for EventBridge Scheduler. */
export function schedulerOf(
  schedules: Schedules,
  process: Process,
  { created, asked, deleted }: OneTimes,
): SchedulerClient {
  const calls: Readonly<Record<string, (name: string, body: object) => object>> = {
    GetSchedule: (name, { GroupName = 'default' }: { GroupName?: string }) =>
      name === '' ? {} : details(schedules.find(name, GroupName)),
    CreateSchedule: (name, body) => {
      try {
        const answer = schedules.create(name, ScheduleBody.parse(body));
        created(name);
        return answer;
      } finally {
        asked(name);
      }
    },
    UpdateSchedule: (name, body) => {
      const answer = schedules.update(name, ScheduleBody.parse(body));
      created(name);
      return answer;
    },
    DeleteSchedule: (name, { GroupName = 'default' }: { GroupName?: string }) => {
      schedules.delete(schedules.find(name, GroupName));
      deleted(name);
      return {};
    },
  };
  return clientOf(process, 'scheduler', {
    name: (operation) => operation,
    perform: (operation, input) => {
      const { Name = '', ...body } = input as { Name?: string };
      const call = calls[operation];
      if (call) return call(Name, body);
      throw new Error(`the laboratory's scheduler has no ${operation}`);
    },
  }) as unknown as SchedulerClient;
}

interface Service {
  readonly name: (operation: string, input: object) => string;
  readonly sends?: (request: string) => void;
  readonly perform: (operation: string, input: object) => object;
  /** Whether the same was carried out before, so that a repeat of it conflicts with nothing. */
  readonly isRepeated?: (operation: string, input: object) => boolean;
}

function clientOf(process: Process, service: string, { name, perform, sends, isRepeated }: Service) {
  const once = (command: Command, timeoutMs: number | undefined) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    sends?.(`${service} ${name(operation, command.input)}`);
    return process.io<object>({
      name: `${service} ${name(operation, command.input)}`,
      timeoutMs,
      perform: async () => perform(operation, defined(command.input)),
      fail: (answer) => {
        if (answer === 'conflict' && isRepeated?.(operation, command.input)) return perform(operation, command.input);
        throw awsError(answer, service);
      },
    });
  };
  return {
    send: async (command: Command, { requestTimeout }: { requestTimeout?: number } = {}): Promise<object> => {
      const attempt = () => once(command, requestTimeout);
      const handler = command.middlewareStack?.resolve(attempt, {}) ?? attempt;
      for (let attempts = 1; ; attempts++) {
        try {
          return { ...(await handler({ input: command.input })), $metadata: { attempts } };
        } catch (error) {
          const named = withName(error);
          if (attempts === ATTEMPTS || !REPEATED.has(named.name))
            throw Object.assign(named, { $metadata: { attempts } });
          await process.sleep(PAUSE_MS * attempts);
        }
      }
    },
  };
}

/** Errors that the SDK takes for passing. */
const REPEATED = new Set(['ThrottlingException', 'InternalServiceError', 'TimeoutError', 'ECONNRESET', 'ECONNREFUSED']);

/** An answer that is a failure, as the SDK throws it. */
export function awsError(answer: Exclude<Answer, 'reply'>, service: string): Error {
  const conflict = service === 'scheduler' ? 'ConflictException' : 'ResourceExistsException';
  const name = {
    dies: 'died',
    reset: 'ECONNRESET',
    timeout: 'TimeoutError',
    unavailable: 'InternalServiceError',
    throttled: 'ThrottlingException',
    conflict,
    ignored: 'InternalServiceError',
    distorted: 'InternalServiceError',
    refused: 'ECONNREFUSED',
    forbidden: 'AccessDeniedException',
  }[answer];
  return Object.assign(new Error(name), { name });
}

/** An engine's fault as the SDK throws it: named by its type. */
export function withName(error: unknown): Error {
  const { type } = error as { type?: string };
  return type === undefined ? (error as Error) : Object.assign(new Error((error as Error).message), { name: type });
}

/** JSON has no undefined. */
function defined(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** The schedules of one world, their group made. */
export function createSchedules(clock: () => Date): Schedules {
  const schedules = new Schedules({ invoke: async () => undefined, clock, newExecutionId: () => 'execution' });
  schedules.createGroup('csr-once');
  return schedules;
}
