import { parseArgs } from 'node:util';

/** What can be asked of the demonstration. */
export interface DemoOptions {
  readonly json: boolean;
  readonly keep: boolean;
  readonly help: boolean;
  /** Where the picture goes. */
  readonly svg?: string;
  /** The API's port; 0 takes a free one. */
  readonly port: number;
}

export const HELP = `Rotates the client secrets of an example fleet on loopback, within 15 s.

  npm start [-- OPTIONS]

Four customers have the same Client ID, each in its own IAM:

  acme-prod      its IAM can keep a previous secret; the connector is reached by HTTPS
  globex-prod    its IAM can't; the connector is reached by HTTPS
  initech-prod   its IAM can; beside the connector runs the agent's program, which edits the file that the connector reads
  umbrella-prod  only a person can change IAM and connector: the demonstration acts for that person

The connectors ask for a token at least 50 times a second, without a cache and without a repeat. All credentials are adopted,
then rotated by schedule and through the API; umbrella-prod is rotated once, on demand. The exit code is 0 only if everything
held. The outage of umbrella-prod lasts from the person's refresh in the IAM until the secret is entered.

The machine is tried out first. On a busy or slow one time-outs are longer, requests fewer, and all of it takes longer.

  --json        prints the report as one JSON object on stdout, and the progress on stderr; "npm run --silent" keeps npm's own
                lines out of it
  --svg FILE    writes a picture of the rotations' timeline
  --keep        serves the console from the beginning, and goes on running afterwards; prints its link, and how to call the API
                with curl; Ctrl-C ends it
  --port N      the API's port; default 0: a free one
  --help        this text

Examples:

  npm start
  npm run --silent start -- --json | jq '.rotations[] | {credential, strategy, outageMs, failedRequests}'
  npm start -- --svg docs/timeline.svg
  npm start -- --keep --port 8080
`;

/** The options can't be used; the message says why, in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): DemoOptions {
  const { port, svg, ...flags } = parse(args);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError(`--port ${port} is not a port: 0 to 65535`);
  return { ...flags, ...(svg !== undefined && { svg }), port: Number(port) };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    json: flag,
    keep: flag,
    help: { ...flag, short: 'h' },
    svg: { type: 'string' },
    port: { type: 'string', default: '0' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? '') : 'The options can not be read');
  }
}
