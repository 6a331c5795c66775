import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parsePort, UsageError } from '../command-line.ts';

export const HELP = `Runs a real Keycloak and MiniStack on 127.0.0.1, with a fleet deployed, until SIGTERM or Ctrl-C.

  npm run --silent stack -- --example [OPTIONS]
  npm run --silent stack -- --credentials FILE [OPTIONS]

  --example            a fleet of two customers with its connector; prints three curl commands to try it with
  --credentials FILE   the fleet file, or a folder of them; the URLs are used as they stand, http to 127.0.0.1 included
  --keycloak-port N    where Keycloak listens; default: the port in the file's iam.adminUrl, with --example a free one
  --aws-port N         where MiniStack listens; default: a free one
  --bare               makes nothing in Keycloak and no access secret: that is left to you
  --help               this text

Without --bare it makes, for each credential, the realm, the client or clients with a random secret, the rotator, the policy
that keeps previous secrets (strategy dual-secret, and auto unless tags.overlap is "no"), and every secretId:
{"clientSecret"} of the rotator, {"token":"local-<id>"}, or {"username":"<id>","password":"local-<id>"}. Credentials that share
a connector's secretId share the access of the first one. The connectors are yours: "npm run connector" is one.
Nothing is rotated; schedules fire as the file says.

When all is ready, the first line on stdout is one JSON object; with --example the commands follow it. Everything else goes to
stderr. Exit codes: 0 after SIGTERM or Ctrl-C, 2 when the options, the file, a port or a missing program keep it from starting.

The object's apiUrl names the stage, $default. Some versions of curl, 7.88 among them, sign the $ in another way than the
server: give curl the curlApiUrl, which is the same address without the stage.

It needs Java 17, Maven and Python 3. The first time it downloads 170 MB. "npm start" needs nothing but Node.

Examples:

  npm run --silent stack -- --example
  npm run --silent stack -- --credentials fleet.json
  npm run --silent stack -- --credentials fleet.json --keycloak-port 8080 --aws-port 4566 > stack.json
  curl --user "$(jq -r '.operator | .accessKeyId + ":" + .secretAccessKey' stack.json)" \\
    --aws-sigv4 "aws:amz:$(jq -r .aws.region stack.json):execute-api" \\
    --json '{"reason":"by hand"}' "$(jq -r .curlApiUrl stack.json)/credentials/acme-prod/rotations"
  kill "$(jq .pid stack.json)"
`;

/** What can be asked of the full stack, whatever its fleet. */
interface CommonOptions {
  /** @default - the port that the fleet's file names */
  readonly keycloakPort?: number;
  /** @default - a free port */
  readonly awsPort?: number;
}

/** What can be asked of the full stack of a fleet file. */
export interface StackOptions extends CommonOptions {
  /** The fleet file, or a folder of them, absolute. */
  readonly credentials: string;
  /** Whether everything in Keycloak, and the access secrets, are left to the caller. */
  readonly bare: boolean;
}

/** What can be asked of the full stack of the example fleet. */
export interface ExampleOptions extends CommonOptions {
  readonly example: true;
}

/**
 * Reads the command line.
 *
 * @returns undefined where it asks for help
 * @throws {UsageError} when it can't be used
 */
export function readOptions(args: readonly string[]): StackOptions | ExampleOptions | undefined {
  const { help, credentials, bare, example, ...ports } = parse(args);
  if (help) return undefined;
  const keycloakPort = parsePort('--keycloak-port', ports['keycloak-port']);
  const awsPort = parsePort('--aws-port', ports['aws-port']);
  const common = {
    ...(keycloakPort !== undefined && { keycloakPort }),
    ...(awsPort !== undefined && { awsPort }),
  };
  if (example && (credentials !== undefined || bare))
    throw new UsageError('--example brings its own fleet: leave --credentials and --bare out; see --help');
  if (example) return { example, ...common };
  if (!credentials)
    throw new UsageError('--credentials is missing; name the fleet file, take --example, or see --help');
  return { credentials: resolve(credentials), bare, ...common };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const options = {
    credentials: text,
    'keycloak-port': text,
    'aws-port': text,
    bare: flag,
    example: flag,
    help: { ...flag, short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [what] = error instanceof Error ? error.message.split('. ') : ['the options can not be read'];
    throw new UsageError(`${what}; see --help`);
  }
}
