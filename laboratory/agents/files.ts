import { mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '../../local/stand-ins/connector/configuration.ts';

/** In memory where that can be had: each write of the agent waits for the disk. */
const BASE = process.platform === 'linux' ? '/dev/shm' : tmpdir();

/** The disk of an agent's host: the connector's configuration files, and the agent's own folder. */
export class HostDisk {
  readonly folder = mkdtempSync(join(BASE, 'csr-laboratory-'));
  readonly state = join(this.folder, 'state');
  readonly #now: () => number;

  /** @param now the simulated time, which files bear */
  constructor(now: () => number) {
    this.#now = now;
    mkdirSync(this.state);
  }

  /** Where a configuration is stored. */
  fileOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  /** Writes a configuration as a person does. */
  write(name: string, configuration: Configuration): void {
    writeFileSync(this.fileOf(name), `${JSON.stringify(configuration, undefined, 2)}\n`);
    this.stamp(this.fileOf(name));
  }

  /** @throws when it is not a whole configuration */
  read(name: string): Configuration {
    return Configuration.parse(JSON.parse(readFileSync(this.fileOf(name), 'utf8')));
  }

  /** Gives a file the simulated time. */
  stamp(path: string): void {
    const seconds = this.#now() / 1000;
    utimesSync(path, seconds, seconds);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
