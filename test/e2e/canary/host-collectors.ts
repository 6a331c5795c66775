import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Written } from '../scan.ts';
import type { Collector } from './collector.ts';

/** A program that asks for a secret is there for some hundred milliseconds. */
const LOOK_MS = 50;
/** So often is looked at one process: between its start and its program it shows what its parent shows. */
const LOOKS = 6;
/** Programs that a plant starts run so long. */
const PLANT_MS = 500;

/** Everything in a folder and below. */
export function folder(what: string, path: string): Collector {
  return {
    what,
    collect: async () => {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      return Promise.all(files.map(async (where) => ({ where, text: await readFile(where, 'latin1') })));
    },
    plant: (text) => writeFile(join(path, 'planted'), text),
  };
}

/** The diagnostic reports that Node has left of processes in the middle of their work. */
export function reports(path: string): Collector {
  return {
    ...folder('diagnostic reports', path),
    plant: (PLANTED) =>
      promisify(execFile)(process.execPath, ['-e', 'process.report.writeReport()'], {
        cwd: path,
        env: { PLANTED, NODE_OPTIONS: `--report-directory=${path}` },
      }),
  };
}

/** What every process of this machine shows to all others, while it is looked at. */
export interface ProcessWatch extends Collector {
  stop(): void;
}

/** Begins to look at the arguments and the environment of whatever runs. */
export function watchProcesses(): ProcessWatch {
  const shown = new Map<string, Written>();
  const looks = new Map<string, number>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const count = looks.get(pid) ?? 0;
      if (count >= LOOKS) continue;
      looks.set(pid, count + 1);
      for (const part of ['cmdline', 'environ']) {
        const text = readProc(`${pid}/${part}`);
        shown.set(`${part} ${text}`, { where: `/proc/${pid}/${part}`, text });
      }
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    what: 'processes',
    collect: async () => [...shown.values()],
    plant: async (text) => {
      const idle = ['-e', `setTimeout(() => {}, ${PLANT_MS})`];
      spawn(process.execPath, [...idle, text], { stdio: 'ignore' });
      spawn(process.execPath, idle, { stdio: 'ignore', env: { PLANTED: text } });
      await sleep(PLANT_MS);
    },
    stop: () => clearInterval(timer),
  };
}

/** Empty for a process that is gone. */
function readProc(path: string): string {
  try {
    return readFileSync(join('/proc', path), 'latin1');
  } catch {
    return '';
  }
}
