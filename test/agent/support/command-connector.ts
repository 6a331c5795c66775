import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

/**
 * A program as the command adapter calls it, on a file of JSON that holds a configuration with its secrets.
 *
 * Arguments: the file, and how it answers: `open` tells the secrets, `blind` tells a revision instead, `deaf` reports a write and
 * does nothing, `hang` starts a child that outlives it, and never ends, `chatty` prints its input, and `refuse` refuses writes.
 */
const [file = '', how = 'open'] = process.argv.slice(2);

interface Stored {
  authentication: { machineUsers?: Record<string, Record<string, string>> } & Record<string, Record<string, string>>;
}

const input = JSON.parse(await text(process.stdin)) as {
  op: string;
  revision?: string;
  sections?: Record<string, Record<string, string>>;
};
const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
const sectionAt = (place: string) =>
  place.startsWith('machineUsers/')
    ? stored.authentication.machineUsers?.[place.slice(13)]
    : stored.authentication[place];
const say = (answer: object) => process.stdout.write(JSON.stringify({ v: 1, ...answer }));

if (how === 'hang') {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(`${file}.pid`, String(child.pid));
  setInterval(() => {}, 1000);
} else if (how === 'chatty') {
  process.stdout.write(JSON.stringify({ v: 1, result: 'refused', code: 'NOT a code', detail: JSON.stringify(input) }));
} else if (input.op === 'read') {
  const revision = String(statSync(file).mtimeMs);
  const blind = JSON.parse(JSON.stringify(stored), (key, value) => (key === 'clientSecret' ? undefined : value));
  say(how === 'blind' ? { revision, configuration: blind } : { configuration: stored });
} else if (input.op === 'prepare') {
  say({ result: 'ready' });
} else if (how === 'refuse') {
  say({ result: 'refused', code: 'service-is-busy' });
} else {
  for (const [place, values] of Object.entries(input.sections ?? {})) Object.assign(sectionAt(place) ?? {}, values);
  if (how !== 'deaf') writeFileSync(file, JSON.stringify(stored));
  say({ result: 'written' });
}
