import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { createFetch, restrictFetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import { connectorProbe } from '../../local/conformance/probe.ts';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { exampleConfiguration } from '../../local/stand-ins/connector/example.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { engineWith, section } from '../local/stand-ins/connector/fixture.ts';
import { type ConnectorProcess, startConnector } from '../support/connector-process.ts';
import { connectorContract } from './connector.ts';

const authorization = 'Bearer T-1';
const newSecret = () => randomBytes(32).toString('base64url');

describe.each([200, 204] as const)('the embedded connector in process, whose PATCH answers %d', (patchStatus) => {
  const engine = engineWith({ machineUsers: { anna: section(), bo: section({ clientId: 'other' }) } });
  const handler = connectorHandler(engine, { access: bearerAccess('T-1'), patchStatus });
  const url = 'https://flow.example.com/odata-connector/configurations/ifs-production';
  const options = { allowedHosts: ['flow.example.com'], local: false, timeoutMs: 1000 };
  const fetch = restrictFetch((to, init) => handler(new Request(to, sentInClear(init))), options);
  connectorContract(() => connectorProbe({ url, authorization }, { fetch, newSecret }));
});

describe('the embedded connector as a process, over a socket', () => {
  let connector: ConnectorProcess;
  beforeAll(async () => {
    const access = { type: 'bearer', token: 'T-1' };
    connector = await startConnector({ config: { access, configurations: { 'ifs-test': exampleConfiguration() } } });
  }, 15_000);
  afterAll(() => connector.stop());

  const fetch = createFetch({ allowedHosts: ['127.0.0.1'], local: true, timeoutMs: 5000 });
  connectorContract(() =>
    connectorProbe(
      { url: `${connector.url}/odata-connector/configurations/ifs-test`, authorization },
      { fetch, newSecret },
    ),
  );
});
