import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Point } from '../../../agent/apply/apply.ts';
import type { Engine } from '../../../agent/engine/engine.ts';
import { createEngines } from '../../../agent/host/compose.ts';
import type { FileDeps } from '../../../agent/host/files.ts';
import { createLog, type Log } from '../../../agent/host/log.ts';
import { parseSettings } from '../../../agent/settings/load.ts';
import type { Settings } from '../../../agent/settings/settings.ts';
import { bytesOf, FORMS, type Form, type Secrets } from './forms.ts';

/** What a test changes of the fixture's configuration. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Settings with one configuration, `ifs-test`. */
export function settingsIn(folder: string, adapter: object, overrides: Overrides = {}): Settings {
  const configuration = { name: 'ifs-test', credential: 'acme-test', adapter, ...overrides };
  const settings = {
    name: 'host-1',
    region: 'eu-north-1',
    state: join(folder, 'state'),
    configurations: [configuration],
    transports: { listen: { port: 0, tokenFile: join(folder, 'token') }, sqs: true },
  };
  return parseSettings(JSON.stringify(settings), 'settings');
}

/** A file of a form in a folder, and the adapter that reads it. */
export async function fileIn(folder: string, form: Form = FORMS.json, secrets?: Secrets) {
  const file = join(folder, 'connector.config');
  await writeFile(file, bytesOf(form, secrets));
  return { file, adapter: { ...form.adapter, file }, read: () => readFile(file) };
}

/** What a test puts in the place of the real host. */
export interface Substitutes {
  readonly files?: FileDeps;
  readonly reach?: (point: Point) => Promise<void> | void;
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly log?: Log;
}

/** The lines of a log. */
export function linesOfLog() {
  const lines: string[] = [];
  return {
    lines,
    log: createLog(
      (line) => lines.push(line),
      () => Date.UTC(2026, 0, 5),
    ),
  };
}

/** The engine of the one configuration, not yet started. */
export async function engineOf(
  settings: Settings,
  { log = linesOfLog().log, fetch, ...rest }: Substitutes = {},
): Promise<Engine> {
  const refuse = () => Promise.reject(new Error('no request was expected'));
  const engines = await createEngines(settings, { log, fetch: fetch ?? refuse, ...rest });
  const [engine] = engines.values();
  if (!engine) throw new Error('the settings have no configuration');
  return engine;
}
