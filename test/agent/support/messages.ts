import { randomUUID } from 'node:crypto';
import type { Engine } from '../../../agent/engine/engine.ts';
import type { Settings } from '../../../agent/settings/settings.ts';
import { createRequests } from '../../../agent/transports/sqs/requests.ts';
import type { Fetch } from '../../../functions/adapters/http/fetch.ts';
import { NO_SECRET, Secret } from '../../../functions/credential/secret/secret.ts';
import { linesOfLog } from './agent.ts';

interface Patch {
  readonly authentication: {
    readonly runtime: { clientId: string; clientSecret: string; accessTokenUrl: string; scopes: string };
  };
}

/**
 * Calls an agent by messages, as the contract's HTTP calls: a secret that is written becomes a version, which the agent reads. So
 * the rules of the contract can be asked of a line, too.
 */
export async function overMessages({
  settings,
  engines,
}: {
  settings: Settings;
  engines: ReadonlyMap<string, Engine>;
}): Promise<Fetch> {
  const versions = new Map<string, Secret>();
  const readSecret = async (_: string, versionId: string) => versions.get(versionId) ?? NO_SECRET;
  const answer = createRequests({
    settings,
    host: 'host-id',
    engines,
    readSecret,
    log: linesOfLog().log,
    now: Date.now,
  });
  const ask = async (part: object) => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const request = {
      v: 1,
      id: randomUUID(),
      agent: settings.name,
      credential: 'acme-test',
      sentAt: at(0),
      notAfter: at(55_000),
      ...part,
    };
    return JSON.parse(JSON.stringify((await answer(JSON.stringify(request)))?.reply)) as {
      status: number;
      etag?: string;
      body?: object;
    };
  };
  const write = (configuration: string, init: { headers: Record<string, string>; body: string }) => {
    const { clientId, clientSecret, accessTokenUrl, scopes } = (JSON.parse(init.body) as Patch).authentication.runtime;
    const versionId = randomUUID();
    versions.set(versionId, new Secret(JSON.stringify({ accessTokenUrl, clientId, clientSecret, scope: scopes })));
    return ask({
      op: 'write',
      configuration,
      ifMatch: init.headers['if-match'],
      secretId: `${settings.prefix}/acme-test`,
      versionId,
    });
  };
  return async (url, init) => {
    const configuration = new URL(url).pathname.slice(1);
    const { status, etag, body } = await (init?.method === 'PATCH'
      ? write(configuration, init as never)
      : ask({ op: 'read', configuration }));
    return new Response(body && JSON.stringify(body), { status, headers: etag ? { etag } : {} });
  };
}
