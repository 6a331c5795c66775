import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AgentError, codeOf } from '../errors.ts';
import { removeDurably, writeDurably } from '../host/durable.ts';
import { Plan } from '../stores/store.ts';

/** A write that has begun. Hashes and fingerprints; never a value. */
const Entry = z.strictObject({
  v: z.literal(1),
  /** The request's id. */
  id: z.string(),
  /** What is under way: forward, or back to what was there before. */
  step: z.enum(['replace', 'take-back']),
  plan: Plan,
  /** What the sections hold after the write, by place. */
  fingerprints: z.record(z.string(), z.string()),
});

type Entry = z.infer<typeof Entry>;

/** What a start needs to know of a write that was cut off. There is one entry at most. */
export interface Journal {
  /** @throws {AgentError} `unrecovered` when the journal is there and isn't usable */
  read(): Promise<Entry | undefined>;
  write(entry: Omit<Entry, 'v'>): Promise<void>;
  end(): Promise<void>;
}

/** The journal of one configuration. */
export function openJournal(folder: string): Journal {
  const path = join(folder, 'journal.json');
  return {
    read: async () => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      return text === undefined ? undefined : parseEntry(text, path);
    },
    write: (entry) => writeDurably(path, JSON.stringify({ v: 1, ...entry })),
    end: () => removeDurably(path),
  };
}

function parseEntry(text: string, path: string): Entry {
  try {
    return Entry.parse(JSON.parse(text));
  } catch {
    throw new AgentError(
      'unrecovered',
      `The journal ${path} is not usable. See which content the configuration has, then remove it.`,
    );
  }
}
