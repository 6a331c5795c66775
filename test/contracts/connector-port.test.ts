import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFetch, type Fetch, restrictFetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import { odataConnector } from '../../functions/adapters/odata-connector/odata-connector.ts';
import { serializeDocument } from '../../functions/credential/document.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { fingerprintOf } from '../../local/stand-ins/connector/configuration.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { TOKEN_URL } from '../local/stand-ins/connector/fixture.ts';
import { accessSecretsOf } from '../support/access-secrets.ts';
import { createBench } from '../support/agent-bench.ts';
import { type ConnectorProcess, startConnector } from '../support/connector-process.ts';
import {
  type ConnectorFixture,
  connectorPortContract,
  connectorPrepareContract,
  connectorSignInContract,
  TOKEN,
} from './connector-port.ts';

/** The port over HTTPS. @param url where the configurations lie; a name follows */
function overHttps(fetch: Fetch, url: string): Pick<ConnectorFixture, 'portOn' | 'store'> {
  return {
    portOn: (name, ours, tokens = [TOKEN]) => {
      const accessSecrets = accessSecretsOf(tokens.map((token) => ({ token })));
      const auth = { type: 'bearer' as const, secretId: 'access/connector' };
      const settings = { name: 'IFS Production', proof: 'written' as const, url: `${url}${name}`, auth };
      const connector = odataConnector(settings, ours, { fetch, sleep: async () => {}, accessSecrets });
      return { connector, reads: accessSecrets.reads };
    },
    // The document itself is sent.
    store: () => undefined,
  };
}

const overSocket = createFetch({ allowedHosts: ['127.0.0.1'], local: true, timeoutMs: 5000 });

describe.each([200, 204] as const)('the embedded connector in process, whose PATCH answers %d', (patchStatus) => {
  const engine = new ConnectorEngine({ now: () => Date.UTC(2026, 0, 5), instance: 'test' });
  const handler = connectorHandler(engine, { access: bearerAccess(TOKEN), patchStatus });
  const options = { allowedHosts: ['flow.example.com'], local: false, timeoutMs: 1000 };
  const fixture = (): ConnectorFixture => ({
    ...overHttps(
      restrictFetch((url, init) => handler(new Request(url, sentInClear(init))), options),
      'https://flow.example.com/odata-connector/configurations/',
    ),
    configure: async (name, configuration) => void engine.configure(name, configuration),
    holds: async (name, section, secret) => engine.secretOf(name, section) === secret,
  });
  connectorPortContract(fixture);
  connectorSignInContract(fixture);
});

describe('the embedded connector as a process, over a socket', () => {
  let connector: ConnectorProcess;
  beforeAll(async () => {
    connector = await startConnector({ config: { access: { type: 'bearer', token: TOKEN }, configurations: {} } });
  }, 15_000);
  afterAll(() => connector.stop());

  const fixture = (): ConnectorFixture => {
    const control = `${connector.url}/_local/configurations/`;
    return {
      ...overHttps(overSocket, `${connector.url}/odata-connector/configurations/`),
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
  };
  connectorPortContract(fixture);
  connectorSignInContract(fixture);
});

describe('the embedded connector behind an agent', () => {
  const bench = createBench();
  const { engine, versions } = bench;
  const fixture = (): ConnectorFixture => ({
    portOn: (name, ours) => ({ connector: bench.portOn(name, { ours }), reads: [] }),
    store: ({ id, document }) => void versions.set(id, serializeDocument(document).reveal()),
    configure: async (name, configuration) => void engine.configure(name, configuration),
    holds: async (name, section, secret) => engine.secretOf(name, section) === secret,
  });
  connectorPortContract(fixture);
  connectorPrepareContract(fixture);
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
