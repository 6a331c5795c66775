import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { HttpError } from '../../functions/adapters/http/connection/http-error.ts';
import { createFetch } from '../../functions/adapters/http/fetch.ts';
import { runCommand, UsageError } from '../command-line.ts';
import { EXAMPLE_ACCESS } from '../stand-ins/connector/example.ts';
import { BrokenRuleError, type ConnectorProbe, connectorProbe, type ProbeTarget } from './probe.ts';
import { examine, type Finding } from './rules.ts';
import { settle } from './writing.ts';

const HELP = `Looks whether a connector's configuration can be rotated: the contract of docs/connector.md, rule by rule.

  npm run connector:conformance -- --url URL --token TOKEN [--client-id ID] [--access-token-url URL] [--write]

  --url URL                the configuration; https, or http to this machine
  --token TOKEN            the bearer token that may read and write it
  --basic USER:PASSWORD    instead of --token
  --client-id ID           the client whose sections are looked at; default: the runtime section's
  --access-token-url URL   its token URL; default: the runtime section's
  --write                  looks at the rules about writes, too. It REPLACES THE CLIENT'S SECRET in the configuration several
                           times: use a configuration that is there for tests. At the end all sections of the client hold the
                           secret in the environment variable CLIENT_SECRET; without one they hold a random secret that
                           nobody knows, until a rotation or a person writes another
  --help                   this text

One line for each rule: ok, failed and why, or skipped. Exit code 0 when no rule failed, 1 when one did, 2 when the connector
can't be called or the command line is wrong.

Examples:

  npm run connector -- --port 8090
  npm run --silent connector:conformance -- --token ${EXAMPLE_ACCESS.token} \\
    --url http://127.0.0.1:8090/odata-connector/configurations/ifs-production --write

  npm run --silent connector:conformance -- --url https://flow.example.com/odata-connector/configurations/ifs-test \\
    --token "$TOKEN" --client-id NC_Flow_ClientCredentials \\
    --access-token-url https://acme.example.com/auth/realms/acmetest/protocol/openid-connect/token
`;

/** For a whole call, in milliseconds. */
const TIMEOUT_MS = 10_000;

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  basic: { type: 'string' },
  'client-id': { type: 'string' },
  'access-token-url': { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const target = targetOf(values);
  const fetch = createFetch({ allowedHosts: [new URL(target.url).hostname], local: true, timeoutMs: TIMEOUT_MS });
  const probe = connectorProbe(target, { fetch, newSecret: () => randomBytes(32).toString('base64url') });
  let failed = false;
  for await (const finding of findings(probe, values.write)) {
    failed ||= finding.result === 'failed';
    print(finding);
  }
  return failed ? 1 : 0;
}

async function* findings(probe: ConnectorProbe, write: boolean): AsyncGenerator<Finding> {
  if (write) console.error(`--write replaces the client's secret in ${probe.target.url}`);
  try {
    yield* examine(probe, { write });
    if (write) yield await leaveUsable(probe, process.env.CLIENT_SECRET);
  } catch (error) {
    if (error instanceof HttpError) throw new UsageError(`--url: ${error.message}`);
    throw error;
  }
}

/** The rules have left secrets of their own: at the end all sections get one and the same. */
async function leaveUsable(probe: ConnectorProbe, given: string | undefined): Promise<Finding> {
  const title = `at the end all sections of the client hold ${given ? 'the secret in CLIENT_SECRET' : 'one secret'}`;
  try {
    const places = await settle(probe, given || probe.newSecret());
    if (!given) console.error(`${places.join(', ')}: a random secret now; rotate the credential, or enter its secret`);
    return { title, result: 'ok' };
  } catch (error) {
    if (error instanceof BrokenRuleError) return { title, result: 'failed', why: error.message };
    throw error;
  }
}

function targetOf(values: Values): ProbeTarget {
  const { url, token, basic } = values;
  if (url === undefined || !URL.canParse(url))
    throw new UsageError('--url: give the URL of a configuration; see --help');
  if ((token === undefined) === (basic === undefined))
    throw new UsageError('give either --token or --basic; see --help');
  const authorization =
    token === undefined ? `Basic ${Buffer.from(basic ?? '').toString('base64')}` : `Bearer ${token}`;
  return { url, authorization, clientId: values['client-id'], accessTokenUrl: values['access-token-url'] };
}

function print({ title, result, why }: Finding): void {
  console.log(`${result.padEnd(8)} ${title}${why === undefined ? '' : `: ${why}`}`);
}

await runCommand(main);
