import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunningConsole } from '../../cli/console/console.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import { OPERATOR, REGION } from '../embedded-stack/names.ts';
import { type Live, liveTimeline } from './live.ts';
import { type DemoOptions, HELP, readOptions, UsageError } from './options.ts';
import { measureRequestMs, type Pace, paceOf } from './pace.ts';
import { timelinePicture } from './picture/timeline.ts';
import { faultsOf } from './report/faults.ts';
import type { Report } from './report/report.ts';
import { table } from './report/table.ts';
import type { Site } from './site.ts';
import { openStage, type Stage } from './stage.ts';
import { type Told, tellStory } from './story.ts';
import { openConsole } from './watch.ts';

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  if (options.svg !== undefined) await assertWritable(options.svg);
  await demonstrate(options);
}

async function demonstrate(options: DemoOptions): Promise<void> {
  const forget = endOnSignal();
  const progress = options.json ? process.stderr : process.stdout;
  const live = liveTimeline(progress, () => performance.now());
  const pace = paceOf(await measureRequestMs());
  const stage = await openStage(live, options.port, pace).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new UsageError(`Port ${options.port} is taken: choose another one with --port, or leave it out`);
  });
  let served: RunningConsole | undefined;
  try {
    tellPace(pace, live);
    if (options.keep) served = await openConsole(stage, live);
    const told = await tellStory(stage, live);
    live.end();
    await conclude(told, options, pace);
    forget();
    if (served) await keepRunning(stage, served, progress);
  } finally {
    live.end();
    await served?.close();
    await stage.close();
    forget();
  }
}

/** The exit codes of a program that a signal has ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Lets a signal end this process as an exit does, which leaves no file and no process behind. @returns a function that takes it back */
function endOnSignal(): () => void {
  const signals = Object.entries(SIGNALS).map(([signal, code]) => [signal, () => process.exit(code)] as const);
  for (const [signal, end] of signals) process.once(signal, end);
  return () => {
    for (const [signal, end] of signals) process.off(signal, end);
  };
}

function tellPace({ slowness, rate, timeouts }: Pace, live: Live): void {
  if (slowness === 1) return;
  const seconds = durationMs(timeouts.function) / 1000;
  live.note('', `this machine is busy, or slow: a run may take ${seconds} s instead of ${seconds / slowness} s,`);
  live.note('', `and each connector asks for ${Math.round(rate)} tokens a second`);
}

async function conclude(
  { onboarded, rotations }: Told,
  { json, svg }: DemoOptions,
  { leastRate }: Pace,
): Promise<void> {
  const faults = faultsOf(onboarded, rotations, leastRate);
  const lines = rotations.map(({ line }) => line);
  const versions = { node: process.versions.node, project: await projectVersion() };
  const report: Report = { ok: faults.length === 0, versions, onboarded, rotations: lines };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `\n${table(lines)}\n\n`);
  if (!json && report.ok) process.stdout.write('Everything held.\n');
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (svg !== undefined) await writeFile(svg, timelinePicture(rotations));
  if (!report.ok) process.exitCode = 1;
}

async function keepRunning(
  { stack, sites }: Stage,
  { link }: RunningConsole,
  progress: NodeJS.WritableStream,
): Promise<void> {
  const { id, schedule } = (sites[0] as Site).credential;
  const call = `curl --user '${OPERATOR.accessKeyId}:${OPERATOR.secretAccessKey}' --aws-sigv4 'aws:amz:${REGION}:execute-api'`;
  progress.write(`
It goes on running, with scheduled rotations at a ${schedule.expression}. Ctrl-C ends it. The console, for the first browser that opens it:

  ${link}

The API, for curl:

  ${call} ${stack.apiUrl}/credentials
  ${call} ${stack.apiUrl}/credentials/${id}
  ${call} --json '{"reason":"by hand"}' ${stack.apiUrl}/credentials/${id}/rotations
`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve);
  });
}

async function projectVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function assertWritable(file: string): Promise<void> {
  await access(dirname(file), constants.W_OK).catch(() => {
    throw new UsageError(`--svg ${file}: its folder doesn't exist or can't be written to`);
  });
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    error instanceof UsageError && /option|argument/i.test(message) ? `${message}\n\n${HELP}` : `${message}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
