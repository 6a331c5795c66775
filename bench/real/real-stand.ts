import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsClient } from 'aws4fetch';
import { durationMs } from '../../functions/credential/duration.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import { Running } from '../../local/embedded-stack/running.ts';
import { CONNECTOR_TOKEN, configurationOf, exampleFleet } from '../../local/real-stack/example-fleet.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { guardedFolder } from '../../local/real-stack/programs/guarded-folder.ts';
import { forwardTo } from '../../local/real-stack/secrets-manager-front/forward.ts';
import { type FullStack, startFullStack } from '../../local/real-stack/stack.ts';
import { accessOf } from '../../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { rotateNaively } from '../peers/naive.ts';

/** Enough for a busy machine. */
const TIMEOUTS = { function: 'PT24S', http: 'PT4S' };
/** No rotation begins so soon after the last one: and a second, since clocks are read at both ends. */
const LEASE_MS = durationMs(TIMEOUTS.function) + durationMs(TIMEOUTS.http) + 1000;

/** Requests that one rotation took. */
export interface RealCounts {
  /** But for access secrets. */
  readonly secretsManager: number;
  readonly iam: number;
  readonly connector: number;
}

/** A real Keycloak and the stack of the example fleet on MiniStack, with everything counted that passes. */
export interface RealStand {
  /** Rotates over the API. @throws {Error} unless it ends as `rotated` */
  rotate(id: string): Promise<RealCounts>;
  rotateNaively(id: string): Promise<RealCounts>;
  /** Waits until a next rotation may begin. */
  wait(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything. Half a minute. */
export async function startReal(progress: (line: string) => void): Promise<RealStand> {
  const running = new Running();
  const passed = { iam: 0, connector: 0 };
  const counted = (service: keyof typeof passed, handler: Handler): Handler => {
    return async (request) => {
      passed[service] += 1;
      return await handler(request);
    };
  };
  try {
    const [keycloakPort = 0] = await freePorts(1);
    const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
    const access = accessOf({ type: 'bearer', token: CONNECTOR_TOKEN });
    const connector = await running.listen(counted('connector', connectorHandler(engine, { access })));
    const forward: Handler = (request) => forwardTo(`http://127.0.0.1:${keycloakPort}`, request);
    const { url: keycloakUrl } = await running.listen(counted('iam', forward));
    const folder = await guardedFolder(join(tmpdir(), 'client-secret-rotation-bench-'));
    running.add(() => folder.remove());
    const file = join(folder.path, 'fleet.json');
    await writeFile(file, JSON.stringify(exampleFleet({ keycloakUrl, connectorUrl: connector.url })));
    const stack = await startFullStack(
      { credentials: file, keycloakPort, bare: false },
      {
        timeouts: TIMEOUTS,
        onProgress: progress,
        onProvisioned: (made) => {
          for (const [id, { clientSecret }] of made)
            engine.configure(id, configurationOf(id, { keycloakUrl, clientSecret }));
        },
      },
    );
    running.add(() => stack.close());
    return standOf({ stack, passed, file, running });
  } catch (error) {
    await running.close();
    throw error;
  }
}

interface Parts {
  readonly stack: FullStack;
  readonly passed: { iam: number; connector: number };
  readonly file: string;
  readonly running: Running;
}

function standOf({ stack, passed, file, running }: Parts): RealStand {
  const { description, secretsManager } = stack;
  const { aws, operator, apiUrl, secretPrefix } = description;
  const signed = new AwsClient({ ...operator, region: aws.region, service: 'execute-api', retries: 0 });
  const counting = async (id: string, work: () => Promise<void>): Promise<RealCounts> => {
    secretsManager.resetCalls();
    Object.assign(passed, { iam: 0, connector: 0 });
    await work();
    const own = secretsManager.calls().filter(({ secretId }) => secretId.includes(`${secretPrefix}/${id}`));
    return { ...passed, secretsManager: own.reduce((sum, { count }) => sum + count, 0) };
  };
  const { accessKeyId, secretAccessKey, region } = aws;
  const newClient = () =>
    new SecretsManagerClient({ region, endpoint: secretsManager.url, credentials: { accessKeyId, secretAccessKey } });
  return {
    rotate: async (id) =>
      await counting(id, async () => {
        const answer = await signed.fetch(`${apiUrl}/credentials/${id}/rotations`, { method: 'POST', body: '{}' });
        const { outcome, detail } = (await answer.json()) as { readonly outcome?: string; readonly detail?: string };
        if (outcome !== 'rotated') throw new Error(`${id}: ${answer.status} ${outcome} ${detail}`);
      }),
    rotateNaively: async (id) => {
      const credential = await settingsIn(file, { id, prefix: secretPrefix });
      const deps = { newClient, fetch, credential, secretId: `${secretPrefix}/${id}` };
      return await counting(id, () => rotateNaively(deps));
    },
    wait: () => sleep(LEASE_MS),
    close: () => running.close(),
  };
}

async function settingsIn(file: string, { id, prefix }: { id: string; prefix: string }): Promise<Credential> {
  const { credentials } = JSON.parse(await readFile(file, 'utf8')) as { readonly credentials: readonly object[] };
  const schema = credentialSchema({ prefix, local: true });
  const found = credentials.map((one) => schema.parse(one)).find((one) => one.id === id);
  if (!found) throw new Error(`${id} is not in the fleet file`);
  return found;
}
