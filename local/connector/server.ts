import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { serve } from '../serve.ts';
import { AccessSettings, accessOf } from './access.ts';
import { Configuration } from './configuration.ts';
import { connectorControl, TrafficSettings } from './control.ts';
import { ConnectorEngine } from './engine.ts';
import { CONFIGURATIONS_PATH, connectorHandler, parseJson } from './handler.ts';

const HELP = `Runs an OData connector on 127.0.0.1, for tests.

  node local/connector/server.ts --config FILE [--port N]

  --config FILE   JSON: who may call, the configurations with their secrets, and traffic to start with
  --port N        default 0: a free one
  --help          this text

An example of FILE:

{ "access": { "type": "bearer", "token": "local-connector-token" },
  "configurations": { "ifs-production": {
    "name": "IFS Production", "serviceUri": "http://127.0.0.1:8080", "ifsVersion": "IFS Cloud", "breakWorkflowOnError": true,
    "authentication": {
      "designTime": { "flowType": "ClientCredentials", "clientId": "NC_Flow_ClientCredentials", "scopes": "openid microprofile-jwt",
        "accessTokenUrl": "http://127.0.0.1:8080/realms/acmeprod/protocol/openid-connect/token", "clientSecret": "…" },
      "runtime": { … } } } },
  "traffic": [ { "configuration": "ifs-production", "section": "runtime", "rate": 50 } ] }

When it is ready it prints one line of JSON: {"url":…,"configurations":[url, …],"control":url}. SIGTERM ends it.
`;

const ServerConfig = z.strictObject({
  access: AccessSettings,
  configurations: z.record(z.string(), Configuration),
  traffic: z.array(TrafficSettings).default([]),
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, config: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help || values.config === undefined) {
    (values.help ? process.stdout : process.stderr).write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await run(await readConfig(values.config), Number(values.port));
}

async function run({ access, configurations, traffic }: z.infer<typeof ServerConfig>, port: number): Promise<void> {
  const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  for (const [name, configuration] of Object.entries(configurations)) engine.configure(name, configuration);
  const control = connectorControl(engine);
  const connector = connectorHandler(engine, { access: accessOf(access) });
  const server = await serve(
    (request) => (new URL(request.url).pathname.startsWith('/_local/') ? control.handler(request) : connector(request)),
    port,
  );
  for (const each of traffic) await control.start(each);
  process.once('SIGTERM', () => {
    void control.stop().then(() => server.close());
  });
  const urls = engine.names.map((name) => `${server.url}${CONFIGURATIONS_PATH}${encodeURIComponent(name)}`);
  console.log(JSON.stringify({ url: server.url, configurations: urls, control: `${server.url}/_local/` }));
}

async function readConfig(path: string): Promise<z.infer<typeof ServerConfig>> {
  const config = ServerConfig.safeParse(parseJson(await readFile(path, 'utf8')));
  if (!config.success) throw new Error(`${path} is not usable:\n${z.prettifyError(config.error)}`);
  return config.data;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
