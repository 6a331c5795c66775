import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { parsePort, runCommand, UsageError } from '../../command-line.ts';
import { type Server, serve } from '../serve.ts';
import { AccessSettings, accessOf } from './access.ts';
import { Configuration } from './configuration.ts';
import { connectorControl, TrafficSettings } from './control.ts';
import { ConnectorEngine } from './engine.ts';
import { EXAMPLE_ACCESS, exampleConfiguration } from './example.ts';
import { CONFIGURATIONS_PATH, connectorHandler, parseJson } from './handler.ts';

const HELP = `Runs an OData connector alone, on 127.0.0.1.

  npm run connector -- [--port N] [--config FILE]

  --port N        default: a free one
  --config FILE   JSON: who may call, the configurations with their secrets, and traffic to start with.
                  Without it there is one configuration, 'ifs-production', for the bearer token
                  ${EXAMPLE_ACCESS.token}
  --help          this text

When it is ready it prints one line of JSON: {"url":…,"configurations":[url, …],"control":url}. SIGTERM ends it.

Examples:

  npm run --silent connector -- --port 8090
  curl -H 'Authorization: Bearer ${EXAMPLE_ACCESS.token}' http://127.0.0.1:8090/odata-connector/configurations/ifs-production
  curl http://127.0.0.1:8090/_local/writes

An example of FILE:

{ "access": { "type": "bearer", "token": "local-acme-prod" },
  "configurations": { "ifs-production": {
    "name": "IFS Production", "serviceUri": "http://127.0.0.1:8080", "ifsVersion": "IFS Cloud", "breakWorkflowOnError": true,
    "authentication": {
      "designTime": { "flowType": "ClientCredentials", "clientId": "NC_Flow_ClientCredentials", "scopes": "openid microprofile-jwt",
        "accessTokenUrl": "http://127.0.0.1:8080/realms/acmeprod/protocol/openid-connect/token", "clientSecret": "…" },
      "runtime": { … } } } },
  "traffic": [ { "configuration": "ifs-production", "section": "runtime", "rate": 50 } ] }
`;

const ServerConfig = z.strictObject({
  access: AccessSettings,
  configurations: z.record(z.string(), Configuration),
  traffic: z.array(TrafficSettings).default([]),
});

type ServerConfig = z.infer<typeof ServerConfig>;

async function main(): Promise<number | undefined> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, config: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const port = parsePort('--port', values.port);
  const config = values.config === undefined ? exampleConfig() : await readConfig(values.config);
  await run(config, port);
  return undefined;
}

async function run({ access, configurations, traffic }: ServerConfig, port: number | undefined): Promise<void> {
  const engine = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  for (const [name, configuration] of Object.entries(configurations)) engine.configure(name, configuration);
  const control = connectorControl(engine);
  const connector = connectorHandler(engine, { access: accessOf(access) });
  const server = await listen(
    (request) => (new URL(request.url).pathname.startsWith('/_local/') ? control.handler(request) : connector(request)),
    port,
  );
  for (const each of traffic) await control.start(each);
  const end = () => void control.stop().then(() => server.close());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  const urls = engine.names.map((name) => `${server.url}${CONFIGURATIONS_PATH}${encodeURIComponent(name)}`);
  console.log(JSON.stringify({ url: server.url, configurations: urls, control: `${server.url}/_local/` }));
}

async function listen(handler: Parameters<typeof serve>[0], port: number | undefined): Promise<Server> {
  try {
    return await serve(handler, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UsageError(`--port: ${port} is taken; choose another one, or leave --port out for a free one`);
  }
}

function exampleConfig(): ServerConfig {
  return { access: EXAMPLE_ACCESS, configurations: { 'ifs-production': exampleConfiguration() }, traffic: [] };
}

async function readConfig(path: string): Promise<ServerConfig> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UsageError(`--config: ${path} can not be read`);
  });
  const config = ServerConfig.safeParse(parseJson(text));
  if (!config.success) throw new UsageError(`--config: ${path} is not usable:\n${z.prettifyError(config.error)}`);
  return config.data;
}

await runCommand(main);
