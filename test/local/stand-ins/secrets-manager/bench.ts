import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import {
  createSecretsManager,
  type SecretsManagerOptions,
} from '../../../../local/stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../../../../local/stand-ins/secrets-manager/handler.ts';
import type { Intercept } from '../../../../local/stand-ins/secrets-manager/intercept.ts';

/** An embedded Secrets Manager whose clock stands at 2026-01-10T12:00:00Z until it is moved, and a client for it. */
export function bench({ intercept, ...options }: SecretsManagerOptions & { intercept?: Intercept } = {}) {
  let now = Date.parse('2026-01-10T12:00:00Z');
  const engine = createSecretsManager({ clock: () => new Date(now), ...options });
  const { handler, calls, resetCalls } = secretsManagerHandler(engine, intercept ? { intercept } : {});
  const client = new SecretsManagerClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: 'http://secrets',
    maxAttempts: 1,
    requestHandler: inProcess(handler),
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { client, engine, calls, resetCalls, pass };
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
