import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { OPERATOR, REGION } from '../../../local/embedded-stack/names.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');
const BINARY = join(ROOT, 'cli/csr.cjs');
/** A home without any AWS configuration. */
const HOME = mkdtempSync(join(tmpdir(), 'csr-home-'));

/** How a command ended. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout as JSON. */
  json<T = Record<string, unknown>>(): T;
}

/** What a command is run with. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is piped to it. */
  readonly input?: string;
  readonly cwd?: string;
  /** Another file than the checkout's. */
  readonly binary?: string;
}

/** Everything that commands were given as arguments, and everything that they have written. */
export const transcript: string[] = [];

/** Nothing of the shell's but the path; the operator's keys, as a CI job would have them. */
const CLEAN = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME,
  AWS_ACCESS_KEY_ID: OPERATOR.accessKeyId,
  AWS_SECRET_ACCESS_KEY: OPERATOR.secretAccessKey,
  AWS_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_COLOR: '1',
  ...compileCache(),
};

/** What the commands have compiled is kept for the next ones. */
function compileCache() {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};
}

/** Starts `csr` as a process of its own. */
export function start(args: readonly string[], surroundings: Surroundings = {}): ChildProcessWithoutNullStreams {
  const { env = {}, cwd = HOME, binary = BINARY } = surroundings;
  const child = spawn(process.execPath, [binary, ...args], { cwd, env: { ...CLEAN, ...env } });
  child.stdin.on('error', () => {});
  return child;
}

/** Runs `csr` as a process of its own, and waits for its end. */
export async function csr(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const { input = '' } = surroundings;
  const child = start(args, surroundings);
  child.stdin.end(input);
  const exited = new Promise<number | null>((done) => void child.on('exit', done));
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  transcript.push(args.join(' '), stdout, stderr);
  return { exit, stdout, stderr, json: () => JSON.parse(stdout) };
}

/** Runs `csr console` until it has printed its link, uses that, and ends the command as Ctrl-C does. */
export async function csrConsole(
  args: readonly string[],
  surroundings: Surroundings = {},
  use: (link: string) => Promise<void> = async () => {},
): Promise<Ended> {
  const child = start(['console', ...args], surroundings);
  child.stdin.end();
  const exited = new Promise<number | null>((done) => void child.on('exit', done));
  const told: Buffer[] = [];
  const served = new Promise<string>((done) => {
    child.stderr.on('data', (more: Buffer) => {
      told.push(more);
      const link = /http:\S+/.exec(Buffer.concat(told).toString())?.[0];
      if (link) done(link);
    });
    child.on('exit', () => done(''));
  });
  const printed = text(child.stdout);
  try {
    const link = await served;
    if (link !== '') await use(link);
  } finally {
    child.kill('SIGINT');
  }
  const [stdout, exit] = await Promise.all([printed, exited]);
  const stderr = Buffer.concat(told).toString();
  transcript.push(args.join(' '), stdout, stderr);
  return { exit, stdout, stderr, json: () => JSON.parse(stdout) };
}

/** Runs a program in a terminal, types once it asks for a secret, answers a question, and prints what the terminal shows. */
const TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[2], sys.argv[2:])
shown, typed, answered = b'', False, sys.argv[1] == ''
while True:
    try: more = os.read(terminal, 4096)
    except OSError: break
    if not more: break
    shown += more
    if b'(hidden)' in shown and not typed:
        typed = True
        os.write(terminal, sys.stdin.buffer.read())
    if b'(yes or no)' in shown and not answered:
        answered = True
        os.write(terminal, sys.argv[1].encode() + b'\\r')
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/**
 * Runs `csr` in a terminal, where a person types. What is typed is not in the arguments of any process.
 *
 * @param answer to the question that follows @default - none follows
 */
export async function typeInto(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  typed: string,
  answer = '',
): Promise<{ status: number | null; output: string }> {
  const child = spawn('python3', ['-c', TERMINAL, answer, process.execPath, BINARY, ...args], {
    env: { ...CLEAN, ...env },
  });
  child.stdin.end(typed);
  const exited = new Promise<number | null>((done) => void child.on('exit', done));
  const [output, status] = await Promise.all([text(child.stdout), exited]);
  transcript.push(output);
  return { status, output };
}

/** The arguments of a command line as a shell would split it: words, and words in double quotes. */
export function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}
