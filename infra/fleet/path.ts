import { existsSync, globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Deployment } from '../context.ts';
import { ConfigurationError } from '../faults/configuration-error.ts';

/** What stands for a fleet where nobody named one. */
const COMMITTED = 'credentials.json';
const EXAMPLE = 'credentials.example.json';

/**
 * The fleet files of a deployment, in the order in which they are read. They are named, or one is committed as `credentials.json`:
 * nothing else is ever taken for a fleet, since a deployment of another one ends every schedule of the one that is there. The example
 * is synthesized only when `example` says so.
 *
 * @param root the folder that a relative path counts from
 * @throws {ConfigurationError} when no file is named, or the example is
 */
export function fleetPaths(
  { credentials, example }: Pick<Deployment, 'credentials' | 'example'>,
  root: string,
): readonly string[] {
  if (example) {
    if (credentials === undefined) return [resolve(root, EXAMPLE)];
    throw new ConfigurationError(['context.example: synthesizes the example, and takes no credentials beside it']);
  }
  const path = resolve(root, credentials ?? COMMITTED);
  if (credentials === undefined && !existsSync(path)) {
    throw new ConfigurationError([
      `context.credentials: no fleet file is named: add -c credentials=FILE, name it in the context of cdk.json, or commit it as ${COMMITTED}; npm run synth shows what the example makes`,
    ]);
  }
  const files = fleetFilesAt(path);
  const ours = files.find((file) => isExample(file, root));
  if (ours === undefined) return files;
  throw new ConfigurationError([
    `context.credentials: the file '${ours}' is the example, whose customers do not exist; copy it and write your own. npm run synth shows what it makes`,
  ]);
}

/**
 * The files that a name stands for: a file, a folder with all its `*.json`, or a pattern such as `fleet/*.json`. The order is that of
 * the names, byte by byte, on every machine.
 *
 * @param path absolute, or relative to the working directory
 * @throws {ConfigurationError} when a folder or a pattern has no file: a fleet without credentials would end every schedule
 */
export function fleetFilesAt(path: string): readonly string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const pattern = isFolder ? join(path, '*.json') : path;
  if (!isFolder && (existsSync(path) || !path.includes('*'))) return [path];
  // Windows' separator would escape what follows.
  const found = globSync(pattern.replaceAll('\\', '/')).filter((file) => !statSync(file).isDirectory());
  if (found.length > 0) return found.toSorted((one, other) => (one < other ? -1 : 1));
  throw new ConfigurationError([
    `context.credentials: there is no fleet file in '${path}': their names end with .json`,
  ]);
}

/** The example itself, or a copy in which nothing was changed. */
function isExample(path: string, root: string): boolean {
  if (!existsSync(path)) return false;
  const example = resolve(root, EXAMPLE);
  return realpathSync(path) === realpathSync(example) || readFileSync(path).equals(readFileSync(example));
}
