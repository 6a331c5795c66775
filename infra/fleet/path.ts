import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Deployment } from '../context.ts';
import { ConfigurationError } from '../faults/configuration-error.ts';

/** What stands for a fleet where nobody named one. */
const COMMITTED = 'credentials.json';
const EXAMPLE = 'credentials.example.json';

/**
 * The fleet file of a deployment. It is named, or committed as `credentials.json`: nothing else is ever taken for it, since a
 * deployment of another fleet ends every schedule of the one that is there. The example is synthesized only when `example` says so.
 *
 * @param root the folder that a relative path counts from
 * @throws {ConfigurationError} when no file is named, or the example is
 */
export function fleetPath({ credentials, example }: Pick<Deployment, 'credentials' | 'example'>, root: string): string {
  if (example) {
    if (credentials === undefined) return resolve(root, EXAMPLE);
    throw new ConfigurationError(['context.example: synthesizes the example, and takes no credentials beside it']);
  }
  const path = resolve(root, credentials ?? COMMITTED);
  if (credentials === undefined && !existsSync(path)) {
    throw new ConfigurationError([
      `context.credentials: no fleet file is named: add -c credentials=FILE, name it in the context of cdk.json, or commit it as ${COMMITTED}; npm run synth shows what the example makes`,
    ]);
  }
  if (isExample(path, root)) {
    throw new ConfigurationError([
      `context.credentials: the file '${path}' is the example, whose customers do not exist; copy it and write your own. npm run synth shows what it makes`,
    ]);
  }
  return path;
}

/** The example itself, or a copy in which nothing was changed. */
function isExample(path: string, root: string): boolean {
  if (!existsSync(path)) return false;
  const example = resolve(root, EXAMPLE);
  return realpathSync(path) === realpathSync(example) || readFileSync(path).equals(readFileSync(example));
}
