import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Schedules } from '../../local/scheduler/engine.ts';
import { ScheduleBody } from '../../local/scheduler/schemas.ts';
import { operations, type SecretsManagerEngine } from '../../local/secrets-manager/engine.ts';
import { SECRET_ID } from '../support/parts.ts';
import type { Answer } from './faults.ts';
import type { Process } from './process.ts';

/** As the SDK's standard mode: how often a call is tried, and how long it pauses before a repeat. */
const ATTEMPTS = 3;
const PAUSE_MS = 100;

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

/**
 * What a port sees of an SDK client: `send`, which repeats a call like the SDK's standard mode does and counts its attempts. The
 * engine is called directly. Signing, serialising and parsing are the SDK's own affair, and would take nine tenths of the time.
 */
export function secretsManagerOf(engine: SecretsManagerEngine, process: Process): SecretsManagerClient {
  return clientOf(process, 'secrets-manager', {
    name: (operation, input) => {
      const { SecretId, VersionStage } = input as { SecretId?: string; VersionStage?: string };
      const about = SecretId === SECRET_ID ? (VersionStage ?? '') : SecretId;
      return `${operation} ${about}`.trim();
    },
    perform: (operation, input) =>
      (operations[operation as keyof typeof operations] as (store: unknown, input: object) => object)(
        engine.store,
        input,
      ),
  }) as unknown as SecretsManagerClient;
}

/** The same for EventBridge Scheduler. */
export function schedulerOf(
  schedules: Schedules,
  process: Process,
  onCreated: (name: string) => void,
): SchedulerClient {
  return clientOf(process, 'scheduler', {
    name: (operation) => operation,
    perform: (operation, input) => {
      const { Name = '', ...body } = input as { Name?: string };
      if (operation === 'GetSchedule') return {};
      const created = schedules.create(Name, ScheduleBody.parse(body));
      onCreated(Name);
      return created;
    },
  }) as unknown as SchedulerClient;
}

interface Service {
  readonly name: (operation: string, input: object) => string;
  readonly perform: (operation: string, input: object) => object;
}

function clientOf(process: Process, service: string, { name, perform }: Service) {
  const once = (command: Command) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    return process.io<object>({
      name: `${service} ${name(operation, command.input)}`,
      perform: async () => perform(operation, defined(command.input)),
      fail: (answer) => {
        throw awsError(answer, service);
      },
    });
  };
  return {
    send: async (command: Command): Promise<object> => {
      for (let attempts = 1; ; attempts++) {
        try {
          return { ...(await once(command)), $metadata: { attempts } };
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
const REPEATED = new Set(['ThrottlingException', 'InternalServiceError', 'TimeoutError', 'ECONNRESET']);

function awsError(answer: Exclude<Answer, 'reply'>, service: string): Error {
  const conflict = service === 'scheduler' ? 'ConflictException' : 'ResourceExistsException';
  const name = {
    dies: 'died',
    reset: 'ECONNRESET',
    timeout: 'TimeoutError',
    unavailable: 'InternalServiceError',
    throttled: 'ThrottlingException',
    conflict,
    ignored: 'InternalServiceError',
  }[answer];
  return Object.assign(new Error(name), { name });
}

/** An engine's fault as the SDK throws it: named by its type. */
function withName(error: unknown): Error {
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
