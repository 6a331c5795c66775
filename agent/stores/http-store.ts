import { readFile } from 'node:fs/promises';
import { durationMs } from '../../functions/credential/duration.ts';
import { inClear, Secret } from '../../functions/credential/secret/secret.ts';
import { type Change, USERS } from '../engine/contract.ts';
import { AgentError } from '../errors.ts';
import { bodyText } from '../host/body.ts';
import type { Adapter } from '../settings/adapter.ts';
import type { Staged, Standing, Store, StoreReading } from './store.ts';
import { StoredForm, storedConfiguration } from './stored-form.ts';

/** Another server of the contract on this host: the agent brings the lines to it. It keeps its own promises about writes. */
export function httpStore(
  { url, tokenFile, timeout }: Extract<Adapter, { type: 'http' }>,
  fetch: typeof globalThis.fetch,
): Store {
  const call = async (init: { method: string; headers?: Record<string, string>; body?: string }): Promise<Response> => {
    const token = await tokenIn(tokenFile);
    const signal = AbortSignal.timeout(durationMs(timeout));
    try {
      return await fetch(url, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token.reveal()}` },
        redirect: 'manual',
        signal,
      });
    } catch {
      throw new AgentError('store-unavailable', "The adapter's server does not answer.");
    }
  };
  const read = async (): Promise<StoreReading> => {
    const response = await call({
      method: 'GET',
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    });
    demandDone(response);
    const etag = response.headers.get('etag');
    const form = StoredForm.safeParse(await jsonOf(response));
    if (!form.success || !etag?.startsWith('"'))
      throw new AgentError('store-invalid', "The adapter's server answers something else than the contract says.");
    return { revision: etag, configuration: storedConfiguration(form.data) };
  };

  return {
    read,
    prepare: async () => void (await read()),
    stage: async ({ revision }, change): Promise<Staged> => ({
      plan: { before: revision, after: null },
      commit: async () => {
        const headers = { 'content-type': 'application/merge-patch+json', 'if-match': revision };
        const response = await call({
          method: 'PATCH',
          headers,
          body: JSON.stringify({ authentication: patchOf(change) }),
        });
        demandDone(response);
        await response.body?.cancel();
      },
    }),
    standing: async ({ before }): Promise<Standing> => ((await read()).revision === before ? 'before' : 'unknown'),
    takeBack: async () => false,
    settle: async () => {},
  };
}

async function tokenIn(file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new AgentError('store-unauthorized', `The adapter's token file ${file} can't be read.`);
  });
  const given = text.trim();
  if (/^[\x21-\x7e]+$/.test(given)) return new Secret(given);
  throw new AgentError('store-unauthorized', `The adapter's token file ${file} has no usable token.`);
}

function demandDone({ status }: Response): void {
  if (status === 200 || status === 204) return;
  if (status === 412)
    throw new AgentError('configuration-changed', 'The configuration was changed meanwhile. It stays as it is.');
  if (status === 401 || status === 403)
    throw new AgentError('store-unauthorized', `The adapter's server answered ${status}.`);
  if (status >= 500 || status === 408 || status === 429)
    throw new AgentError('store-unavailable', `The adapter's server answered ${status}.`);
  throw new AgentError('store-refused', `The adapter's server answered ${status}.`);
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return JSON.parse((await bodyText(response)) ?? '');
  } catch {
    return undefined;
  }
}

function patchOf(change: Change): object {
  const entries = [...change].map(([place, values]) => [place, inClear(values)] as const);
  const users = entries
    .filter(([place]) => place.startsWith(USERS))
    .map(([place, values]) => [place.slice(USERS.length), values]);
  const single = entries.filter(([place]) => !place.startsWith(USERS));
  return { ...Object.fromEntries(single), ...(users.length > 0 && { machineUsers: Object.fromEntries(users) }) };
}
