import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../local/stand-ins/connector/server.ts', import.meta.url));
const FILE_CONNECTOR = fileURLToPath(new URL('./file-connector.ts', import.meta.url));

/** A connector as a process of its own. */
export interface ConnectorProcess {
  readonly url: string;
  /** Everything that it wrote. */
  readonly output: () => string;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded connector.
 *
 * @param options.config what `--config` takes
 * @param options.port default: a free one
 * @throws {Error} with what it wrote, when it doesn't start
 */
export async function startConnector(options: { config: object; port?: number }): Promise<ConnectorProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'connector-'));
  const file = join(folder, 'connector.json');
  await writeFile(file, JSON.stringify(options.config), { mode: 0o600 });
  const port = options.port === undefined ? [] : ['--port', String(options.port)];
  try {
    return await startProgram([SERVER, ...port, '--config', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Starts a connector whose configuration is a file: see `file-connector.ts`.
 *
 * @param options.load when it reads the file
 * @param options.rate token requests a second
 * @throws {Error} with what it wrote, when it doesn't start
 */
export function startFileConnector(options: {
  file: string;
  load: 'each-request' | 'on-reload';
  rate: number;
}): Promise<ConnectorProcess> {
  const { file, load, rate } = options;
  return startProgram([FILE_CONNECTOR, '--file', file, '--load', load, '--rate', String(rate)]);
}

/** Its first line says where it listens. */
async function startProgram(args: readonly string[]): Promise<ConnectorProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    output += `${line}\n`;
  });
  const [ready] = (await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])])) as [
    string | undefined,
  ];
  if (ready === undefined) throw new Error(`the connector did not start: ${output}`);
  return {
    url: (JSON.parse(ready) as { url: string }).url,
    output: () => output,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
