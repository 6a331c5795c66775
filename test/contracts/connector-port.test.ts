import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFetch, restrictFetch } from '../../functions/adapters/http/fetch.ts';
import { odataConnector } from '../../functions/adapters/odata-connector/odata-connector.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { fingerprintOf } from '../../local/stand-ins/connector/configuration.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { accessSecretsOf } from '../support/access-secrets.ts';
import { type ConnectorProcess, startConnector } from '../support/connector-process.ts';
import { connectorPortContract, TOKEN } from './connector-port.ts';

const overSocket = createFetch({ allowedHosts: ['127.0.0.1'], local: true, timeoutMs: 5000 });

describe.each([200, 204] as const)('the embedded connector in process, whose PATCH answers %d', (patchStatus) => {
  const engine = new ConnectorEngine({ now: () => Date.UTC(2026, 0, 5), instance: 'test' });
  const handler = connectorHandler(engine, { access: bearerAccess(TOKEN), patchStatus });
  const options = { allowedHosts: ['flow.example.com'], local: false, timeoutMs: 1000 };
  connectorPortContract(() => ({
    fetch: restrictFetch((url, init) => handler(new Request(url, init as RequestInit)), options),
    url: 'https://flow.example.com/odata-connector/configurations/',
    configure: async (name, configuration) => void engine.configure(name, configuration),
    holds: async (name, section, secret) => engine.secretOf(name, section) === secret,
  }));
});

describe('the embedded connector as a process, over a socket', () => {
  let connector: ConnectorProcess;
  beforeAll(async () => {
    connector = await startConnector({ config: { access: { type: 'bearer', token: TOKEN }, configurations: {} } });
  }, 15_000);
  afterAll(() => connector.stop());

  connectorPortContract(() => {
    const control = `${connector.url}/_local/configurations/`;
    return {
      fetch: overSocket,
      url: `${connector.url}/odata-connector/configurations/`,
      configure: async (name, configuration) => {
        const { ok } = await fetch(control + name, { method: 'PUT', body: JSON.stringify(configuration) });
        expect(ok).toBe(true);
      },
      holds: async (name, section, secret) => {
        const query = new URLSearchParams({ section, fingerprint: fingerprintOf(secret) });
        const answer = (await (await fetch(`${control}${name}/holds?${query}`)).json()) as { holds: boolean };
        return answer.holds;
      },
    };
  });
});

// Only a socket can be closed.
it('is connector-unavailable at a port where nobody listens', async () => {
  const [port] = await freePorts(1);
  const auth = { type: 'bearer' as const, secretId: 'access/connector' };
  const proof = 'written' as const;
  const settings = {
    name: 'IFS Production',
    proof,
    url: `http://127.0.0.1:${port}/odata-connector/configurations/x`,
    auth,
  };
  const deps = { fetch: overSocket, sleep: async () => {}, accessSecrets: accessSecretsOf([{ token: TOKEN }]) };
  const connector = odataConnector(settings, { clientIds: ['x'], accessTokenUrl: TOKEN_URL }, deps);
  await expect(connector.read()).rejects.toMatchObject({ code: 'connector-unavailable' });
});
