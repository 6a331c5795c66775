import { setImmediate as nextTurn } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type FetchInit, restrictFetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import { kmsSigner } from '../../functions/adapters/kms/kms-signer.ts';
import { signCall } from '../../functions/adapters/kms/sign-call.ts';
import { accessSecrets } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import { secretsManagerInbox } from '../../functions/adapters/secrets-manager/inbox.ts';
import { parseDocument } from '../../functions/credential/document.ts';
import { RotationError } from '../../functions/credential/errors.ts';
import type { NativeRequest } from '../../functions/credential/native-steps.ts';
import type { RetireReport, Rotation } from '../../functions/credential/outcome.ts';
import type { PublishedEvent } from '../../functions/credential/published/vocabulary.ts';
import { inClear, Secret } from '../../functions/credential/secret/secret.ts';
import { runDeps } from '../../functions/lambda/compose/run-deps.ts';
import type { World } from '../../functions/lambda/compose/runs.ts';
import type { OneTime } from '../../functions/ports/schedules.ts';
import { rotationStep } from '../../functions/rotation/native.ts';
import { retire } from '../../functions/rotation/retire.ts';
import type { RotationRequest } from '../../functions/rotation/run/context.ts';
import { rotate } from '../../functions/rotation/workflow.ts';
import { createEngines } from '../../laboratory/engines.ts';
import type { IamEngine } from '../../local/stand-ins/iam/engine.ts';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { KmsEngine } from '../../local/stand-ins/kms/engine.ts';
import { kmsHandler } from '../../local/stand-ins/kms/handler.ts';
import { secretsManagerHandler } from '../../local/stand-ins/secrets-manager/handler.ts';
import { findSecret } from '../../local/stand-ins/secrets-manager/model.ts';
import { rotateSecret } from '../../local/stand-ins/secrets-manager/rotation.ts';
import { getSecretValue, putSecretValue } from '../../local/stand-ins/secrets-manager/values.ts';
import { addVersion, attach } from '../../local/stand-ins/secrets-manager/versions.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { MemoryLedger } from '../../local/stand-ins/table/ledger.ts';
import { MemoryTasks } from '../../local/stand-ins/table/tasks.ts';
import { agentLineOf } from './agent-line.ts';
import {
  CLIENT_ID,
  configurationOf,
  credentialOf,
  FUNCTION_TIMEOUT_MS,
  idOf,
  type OverlapOf,
  REALM,
  SECRET_ID,
  seedSecrets,
  TIMING,
  TOKEN_URL,
} from './parts.ts';

export {
  CLIENT_ID,
  documentText,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  SECRET_ID,
  TIMING,
  TOKEN_URL,
} from './parts.ts';

/** One request of a run to one of its neighbours. */
export interface Io {
  /** `secrets-manager PutSecretValue` (of an access secret with its name behind), `iam PUT /auth/admin/…`, `connector PATCH /…` */
  readonly name: string;
  /** All that was sent, Basic authentication decoded: for neighbours that repeat it where they should not. */
  readonly sent: string;
}

/** Stands between a run and its neighbours: may answer itself, lose a request or a reply, or change the world meanwhile. */
export type Interceptor = (io: Io, perform: () => Promise<Response>) => Promise<Response>;

/** How the world begins. */
export interface WorldOptions {
  /** Whether the realm's client policy keeps previous secrets. */
  readonly overlap?: OverlapOf;
  readonly settings?: Record<string, unknown>;
  readonly connectors?: number;
  /** Whether the credential has been adopted already. */
  readonly adopted?: boolean;
  /** How long a run may take, in milliseconds. @default - as by default on AWS */
  readonly functionTimeoutMs?: number;
}

/** The embedded parts on one simulated clock, in process. */
export type TestWorld = ReturnType<typeof createWorld>;

export function createWorld({
  overlap = true,
  settings = {},
  connectors = 1,
  adopted = true,
  functionTimeoutMs = FUNCTION_TIMEOUT_MS,
}: WorldOptions = {}) {
  let clock = Date.parse('2026-03-01T03:00:00Z');
  let drawn = 0;
  const now = () => new Date(clock);
  const advance = (ms: number) => {
    clock += ms;
  };
  let intercept: Interceptor = (_io, perform) => perform();
  let lastTimeoutMs = TIMING.httpTimeoutMs;
  const calls: string[] = [];
  const answering = new Set<Promise<unknown>>();
  /** An answer of a stand-in, for which every sleeper waits: it takes no time on the simulated clock, and some of the machine's. */
  const answerOf = async (handler: Handler, request: Request): Promise<Response> => {
    const answer = handler(request);
    answering.add(answer);
    return await answer.finally(() => answering.delete(answer));
  };
  const io = async (name: string, sent: string, perform: () => Promise<Response>): Promise<Response> => {
    calls.push(name);
    advance(5);
    return await intercept({ name, sent }, perform);
  };

  const names = Array.from({ length: connectors }, (_, index) => `ifs-${index + 1}`);
  const { parts, handlers } = createEngines({
    now: () => clock,
    names,
    overlap,
    second: false,
    newId: () => idOf(++drawn),
    takeStep: async ({ Step, ClientRequestToken }) => {
      await rotationStep(credential, { step: Step, versionId: ClientRequestToken }, deps());
    },
  });
  const { iam, flow, secrets } = parts;
  const askIam = handlers['iam.example.com'] as Handler;
  const credential = credentialOf(names, settings);

  const secretsHandler = secretsManagerHandler(secrets);
  const secretsManager = new SecretsManagerClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
    endpoint: 'https://secretsmanager.example.com',
    maxAttempts: 1,
    requestHandler: inProcess(async (request) => {
      const operation = request.headers.get('x-amz-target')?.split('.')[1] ?? '';
      const sent = await request.clone().text();
      const { SecretId } = JSON.parse(sent) as { SecretId?: string };
      const about = SecretId === SECRET_ID ? '' : ` ${SecretId}`;
      return io(`secrets-manager ${operation}${about}`, sent, () => answerOf(secretsHandler.handler, request));
    }),
  });
  const kms = new KmsEngine({ region: 'eu-north-1', account: '123456789012' });
  const askKms = kmsHandler(kms);
  const kmsCall = signCall({
    region: 'eu-north-1',
    partition: 'aws',
    credentials: async () => ({ accessKeyId: 'AKIDTEST', secretAccessKey: 'test' }),
    fetch: async (request) => {
      const operation = request.headers.get('x-amz-target')?.split('.')[1] ?? '';
      return io(`kms ${operation}`, await request.clone().text(), () => answerOf(askKms, request));
    },
  });
  const line = agentLineOf({
    credential,
    now: () => clock,
    advance,
    io,
    connector: flow,
    readSecret: async (SecretId, VersionId) =>
      getSecretValue(secrets.store, { SecretId, VersionId }).SecretString ?? '',
  });
  const planned: OneTime[] = [];
  const tasks = new MemoryTasks();
  const ledger = new MemoryLedger();
  const events: PublishedEvent[] = [];
  const world: World = {
    secretsManager,
    accessSecrets,
    schedules: {
      settings: async () => credential,
      list: async () => ({ schedules: [{ id: credential.id }] }),
      reschedule: () => Promise.reject(new Error('A run changes no schedule')),
      plan: async (oneTime) => {
        const create = async () => {
          if (!planned.some(({ name }) => name === oneTime.name)) planned.push(oneTime);
          return new Response();
        };
        await io(`scheduler ${oneTime.target}`, JSON.stringify(oneTime.event), create).catch(() => {
          throw new RotationError('schedule-unavailable', `EventBridge Scheduler, ${oneTime.name}`);
        });
      },
    },
    tasks: () => tasks,
    ledger: () => ledger,
    inboxes: (id, client, patience) => secretsManagerInbox(client, `csr-inbox/${id}`, patience),
    events: {
      publish: async (event) => {
        await io(`events ${event.detailType}`, JSON.stringify(event), async () => new Response());
        events.push(event);
      },
    },
    queues: line.queues,
    signer: (patience, tryMs) => kmsSigner(kmsCall, { ...patience, tryMs }),
    fetch: restrictFetch(
      (url, init) => {
        const { hostname, pathname } = new URL(url);
        const handler = handlers[hostname];
        if (!handler) throw new Error(`no such host: ${hostname}`);
        const system = hostname.split('.')[0] === 'iam' ? 'iam' : 'connector';
        lastTimeoutMs = init.timeoutMs ?? TIMING.httpTimeoutMs;
        const perform = () => answerOf(handler, new Request(url, sentInClear(init)));
        return io(`${system} ${init.method} ${pathname}`, sentBy(init), perform);
      },
      { allowedHosts: Object.keys(handlers), local: false, timeoutMs: 1 },
    ),
    now,
    sleep: async (ms) => {
      do {
        await Promise.allSettled(answering);
        // Whoever was answered sends the next request before any time passes.
        await nextTurn();
      } while (answering.size > 0);
      advance(ms);
    },
    newId: () => idOf(++drawn),
    newSecret: () => new Secret(`drawn-secret-number-${String(++drawn).padStart(4, '0')}-abcdefghijklmnop`),
  };

  seedSecrets(secrets, credential, adopted);
  advance(3_600_000);

  const deps = () => {
    const endsAt = clock + functionTimeoutMs;
    return runDeps(credential, { prefix: 'csr', timing: TIMING }, { world, remainingMs: () => endsAt - clock });
  };
  return {
    credential,
    /** What a run is given. */
    deps,
    iam,
    flow,
    /** The queues and the agents of the connectors that are reached by agent. */
    line,
    kms,
    secrets,
    planned,
    tasks,
    ledger,
    /** What was published. */
    events,
    /** What people were told of their tasks. */
    announcements: () => events.flatMap(({ detail }) => ('stage' in detail ? [detail] : [])),
    calls,
    names,
    now,
    advance,
    world,
    /** How long the last request to the IAM or a connector may wait for its answer. */
    lastTimeoutMs: () => lastTimeoutMs,
    /** What stands between a run and its neighbours now. */
    intercepted: () => intercept,
    /** Replaces what stands between a run and its neighbours. */
    intercept: (interceptor: Interceptor) => {
      intercept = interceptor;
    },
    rotate: async (request: Partial<RotationRequest> = {}): Promise<Rotation> => {
      return await rotate(credential, { trigger: 'api', ...request }, deps());
    },
    /** A run that was planned for this moment. */
    scheduled: async (request: Partial<RotationRequest> = {}): Promise<Rotation> => {
      return await rotate(credential, { trigger: 'schedule', scheduledTime: now(), ...request }, deps());
    },
    retire: async (versionId: string, attempt = 0, leaveBehind?: readonly string[]): Promise<RetireReport> => {
      return await retire(credential, { versionId, attempt, leaveBehind }, deps());
    },
    /** Puts a version by hand, beside every interceptor. */
    put: (id: string, value: string, ...stages: string[]) => {
      putSecretValue(secrets.store, {
        SecretId: SECRET_ID,
        ClientRequestToken: id,
        SecretString: value,
        VersionStages: stages,
      });
    },
    /** Labels a version without a value AWSPENDING, as RotateSecret does. */
    mark: (id: string) => {
      const secret = findSecret(secrets.store, SECRET_ID);
      addVersion(secret, id, { now: now() });
      attach(secret, 'AWSPENDING', id);
    },
    /** What a person does in the IAM's console to the client. */
    changeClient: (representation: Parameters<IamEngine['updateClient']>[2]) => {
      iam.updateClient(REALM, iam.findClient(REALM, CLIENT_ID)?.id ?? '', representation);
    },
    /** What a person enters in a connector, in every section of ours. */
    enter: (clientSecret: string, index = 0) => {
      flow.configure(names[index] ?? '', configurationOf(clientSecret));
    },
    /** One of Secrets Manager's steps, as it would call it. */
    step: async (step: NativeRequest['step'], versionId: string): Promise<void> => {
      await rotationStep(credential, { step, versionId }, deps());
    },
    /** Registers the function with the secret, as the stack does with `native: true`; resolves once Secrets Manager tried it out. */
    registerRotation: async (): Promise<void> => {
      const registration = { ClientRequestToken: 'registration-'.padEnd(32, '0'), RotateImmediately: false };
      rotateSecret(secrets.store, { SecretId: SECRET_ID, RotationLambdaARN: 'arn:aws:lambda:x', ...registration });
      await secrets.settled();
    },
    /** The version with a label, and its document. */
    labelled: (stage: string) => {
      const version = secrets.versions(SECRET_ID).find(({ stages }) => stages.includes(stage));
      return version && { id: version.id, value: version.SecretString ?? '' };
    },
    /** The current document, its secret in clear. */
    current: () => {
      const version = secrets.versions(SECRET_ID).find(({ stages }) => stages.includes('AWSCURRENT'));
      return inClear(parseDocument(new Secret(version?.SecretString ?? '')));
    },
    /** The IAM's client, as the engine keeps it. */
    client: () => {
      const client = iam.findClient(REALM, CLIENT_ID);
      if (!client) throw new Error('the client is gone');
      return client;
    },
    /** Asks the token endpoint, beside every interceptor. */
    accepts: async (clientSecret: string, clientId = CLIENT_ID): Promise<boolean> => {
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      });
      return (await askIam(new Request(TOKEN_URL, { method: 'POST', body }))).ok;
    },
    /** The secret that a connector's runtime section uses. */
    connectorSecret: (index = 0) => flow.secretOf(names[index] ?? '', 'runtime') ?? '',
  };
}

function sentBy(init: FetchInit): string {
  const { headers, body = '' } = sentInClear(init);
  const [scheme, encoded = ''] = (new Headers(headers).get('authorization') ?? '').split(' ');
  const credentials = scheme === 'Basic' ? decodeURIComponent(Buffer.from(encoded, 'base64').toString()) : encoded;
  return `${credentials} ${body}`;
}
