import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import type { Change } from '../../engine/contract.ts';
import { AgentError, codeOf } from '../../errors.ts';
import { removeDurably, writeDurably } from '../../host/durable.ts';
import type { FileDeps } from '../../host/files.ts';
import type { FileAdapter } from '../../settings/adapter.ts';
import type { Plan, Staged, Standing, Store, StoreReading } from '../store.ts';
import {
  type Content,
  demandWritable,
  MOST_BYTES,
  readContent,
  removeTemporary,
  replaceContent,
  sha256Of,
} from './config-file.ts';
import { type Decoded, decode } from './encoding.ts';
import { around, type Format, type Located, splice } from './format.ts';
import { configurationOf, placesOf, sectionsOf, writesOf } from './places.ts';

/** What a file store is made of. */
export interface FileStoreOptions {
  readonly adapter: FileAdapter;
  readonly format: Format;
  /** The configuration's name where the file has none. */
  readonly displayName: string;
  /** A folder of the agent's own, where the backup lies during a write. */
  readonly folder: string;
  readonly deps: FileDeps;
}

interface Opened {
  readonly content: Content;
  readonly decoded: Decoded;
  readonly values: ReadonlyMap<string, Located>;
}

/** A configuration in a file: values are replaced where they stand, and the file is replaced as a whole. */
export function fileStore({ adapter, format, displayName, folder, deps }: FileStoreOptions): Store {
  const path = adapter.file;
  const backup = join(folder, 'backup');
  const locate = (text: string) => locateIn(text, format, adapter);
  const open = async (): Promise<Opened> => {
    const content = await readContent(path, deps);
    const decoded = decode(content.bytes, adapter.encoding);
    return { content, decoded, values: locate(decoded.text) };
  };
  const patched = ({ decoded, values }: Opened, change: Change): Buffer => {
    const text = splice(decoded.text, replacements(adapter, values, change));
    demandNothingElse({ text: decoded.text, values }, { text, values: locate(text) });
    return demandReadable(decoded.encode(text), path);
  };

  return {
    read: async (): Promise<StoreReading> => {
      const { content, values } = await open();
      return { revision: revisionOf(content), configuration: configurationOf(adapter, values, displayName) };
    },

    prepare: async () => {
      const opened = await open();
      patched(opened, trialOf(configurationOf(adapter, opened.values, displayName).sections));
      await demandWritable(path, opened.content, deps);
    },

    stage: async (reading, change): Promise<Staged> => {
      const opened = await open();
      if (revisionOf(opened.content) !== reading.revision)
        throw new AgentError('configuration-changed', `${path} was changed meanwhile. It stays as it is.`);
      const bytes = patched(opened, change);
      await demandWritable(path, opened.content, deps);
      await writeDurably(backup, opened.content.bytes);
      const plan = { before: opened.content.sha256, after: sha256Of(bytes) };
      return { plan, commit: () => replaceContent(path, bytes, { expected: plan.before, deps }) };
    },

    standing: async ({ before, after }): Promise<Standing> => {
      const { sha256 } = await readContent(path, deps);
      if (sha256 === after) return 'after';
      return sha256 === before ? 'before' : 'other';
    },

    takeBack: async ({ before, after }: Plan) => {
      const bytes = await readFile(backup).catch((error: unknown) => {
        throw new AgentError(
          'take-back-failed',
          `The backup ${backup} can't be read (${codeOf(error) ?? 'unknown error'}).`,
        );
      });
      if (sha256Of(bytes) !== before || after === null)
        throw new AgentError('take-back-failed', `The backup ${backup} is another content.`);
      await replaceContent(path, bytes, { expected: after, deps });
      return true;
    },

    settle: async () => {
      await removeTemporary(path, deps);
      await removeDurably(backup);
    },
  };
}

/** A parser of a library follows a text's nesting by its own calls, of which there can't be any number. */
function locateIn(text: string, format: Format, adapter: FileAdapter): ReadonlyMap<string, Located> {
  try {
    return format.locate(text, placesOf(adapter));
  } catch (error) {
    if (error instanceof RangeError) throw new AgentError('syntax-invalid', 'The file is nested too deeply.');
    throw error;
  }
}

/** What could not be read back could not be taken back either. */
function demandReadable(bytes: Buffer, path: string): Buffer {
  if (bytes.length <= MOST_BYTES) return bytes;
  throw new AgentError('file-too-large', `${path} would have more than 10 MB. Nothing was changed.`);
}

/** The time is in it, so that a content that comes back counts as a write. */
function revisionOf({ sha256, stats }: Content): string {
  return `${sha256}@${stats.mtimeMs}`;
}

function replacements(
  adapter: FileAdapter,
  values: ReadonlyMap<string, Located>,
  change: Change,
): Map<Located, string> {
  const sections = sectionsOf(adapter);
  const writes = new Map<string, string>();
  for (const [place, next] of change) {
    const section = sections.get(place);
    if (!section) throw new AgentError('section-not-found', `There is no section ${place}. Nothing was changed.`);
    for (const [where, value] of writesOf(place, section, { next, values })) addWrite(writes, where, value);
  }
  const located = [...writes].flatMap(([where, value]) => encoded(values.get(where), value));
  return new Map(new Map(located.map((write) => [write[0].start, write])).values());
}

function addWrite(writes: Map<string, string>, where: string, value: string): void {
  const other = writes.get(where);
  if (other !== undefined && other !== value)
    throw new AgentError(
      'change-too-wide',
      `Two sections share ${where}, and would get different values. Nothing was changed.`,
    );
  writes.set(where, value);
}

function encoded(located: Located | undefined, value: string): [Located, string][] {
  return located ? [[located, located.encode(value)]] : [];
}

/** Compares all that stands around the values: a replacement that reaches further, or moves a place, is refused. */
function demandNothingElse(before: { text: string; values: ReadonlyMap<string, Located> }, after: typeof before): void {
  const [old, next] = [before, after].map(({ text, values }) => around(text, distinct(values)));
  if (old === next) return;
  throw new AgentError(
    'change-too-wide',
    'The change would alter more than the values of the settings. Nothing was changed.',
  );
}

/** Two places may be spelt differently and stand at one place. */
function distinct(values: ReadonlyMap<string, Located>): Located[] {
  return [...new Map([...values.values()].map((located) => [located.start, located])).values()];
}

/** A value such as secrets have, into every section: whether it could be written. */
function trialOf(sections: ReadonlyMap<string, { clientId: string; accessTokenUrl: string; scopes: string }>): Change {
  const clientSecret = new Secret('a'.repeat(43));
  return new Map(
    [...sections].map(([place, { clientId, accessTokenUrl, scopes }]) => [
      place,
      { clientId, accessTokenUrl, scopes, clientSecret },
    ]),
  );
}
