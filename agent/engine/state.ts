import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AgentError, codeOf, PROBLEMS, type ProblemCode } from '../errors.ts';
import { writeDurably } from '../host/durable.ts';
import type { StoreReading } from '../stores/store.ts';

/** So many write requests are known: more than a configuration gets while a queue may bring one of them again. */
const MOST_KNOWN = 100;

/** A write request that was carried out. */
const Known = z.strictObject({
  request: z.string(),
  /** Why it failed after it had been begun. One of a later version of the agent is only known to be a failure. */
  failed: z
    .enum(Object.keys(PROBLEMS) as ProblemCode[])
    .catch('internal')
    .optional(),
});

type Known = z.infer<typeof Known>;

/** What the agent knows of a configuration beyond what its store shows. No secret: fingerprints and counts. */
const Memory = z.strictObject({
  v: z.literal(1),
  /** Begins every ETag: with a new state folder no old ETag comes back. */
  instance: z.string().min(1),
  /** Counts every change that was seen or made. */
  counter: z.int().min(0),
  revision: z.string().nullable(),
  /** Counts the changes that the connector's process has to load, and how many of these it has loaded. */
  writes: z.int().min(0),
  loads: z.int().min(0),
  /** What the agent wrote last, while it is still there. */
  written: z
    .strictObject({
      revision: z.string(),
      fingerprints: z.record(z.string(), z.string()),
      /** As agents kept it that knew the last request only. */
      request: z.string().optional(),
    })
    .nullable(),
  /** Oldest first. Agents kept none that knew the last request only. */
  requests: z.array(Known).optional(),
});

type Memory = z.infer<typeof Memory> & { readonly requests: readonly Known[] };

/** A write that was carried out. */
interface Written {
  /** The request's id. */
  readonly id: string;
  /** By place. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** What the agent keeps of one configuration. One call at a time. */
export interface State {
  /** Whether the process has yet to load what was written. */
  readonly loadPending: boolean;
  /** Whether what a reading shows is what the agent wrote last. */
  isOwnWrite(reading: StoreReading): boolean;
  /** The fingerprints of a reading; of a store that can't read a secret back those of what the agent wrote, if it is still there. */
  fingerprintsOf(reading: StoreReading): ReadonlyMap<string, string | null>;
  /** Notes a reading, and gives its ETag. */
  observe(reading: StoreReading): Promise<string>;
  /** What became of a write request; undefined where it was not carried out, or a hundred others were since. */
  outcomeOf(request: string): Pick<Known, 'failed'> | undefined;
  /** Notes a write of the agent's own, beside what it wrote before and is still there. @param write undefined when it was taken back */
  wrote(reading: StoreReading, write: Written | undefined): Promise<void>;
  /** Notes that a write has failed after it had been begun. */
  failed(request: string, code: ProblemCode): Promise<void>;
  /** Notes that the process has loaded what a reading shows. */
  loaded(reading: StoreReading): Promise<void>;
}

/**
 * Opens what was kept of a configuration.
 *
 * @param newInstance draws the beginning of the ETags
 * @throws {AgentError} `unrecovered` when the file is there and isn't usable
 */
export async function openState(folder: string, newInstance: () => string): Promise<State> {
  const path = join(folder, 'state.json');
  let memory = (await readMemory(path)) ?? fresh(newInstance());
  const change = async (next: Partial<Memory>) => {
    const changed = { ...memory, ...next };
    await writeDurably(path, JSON.stringify(changed));
    memory = changed;
  };
  const next = () => memory.counter + 1;

  return {
    get loadPending() {
      return memory.loads < memory.writes;
    },
    isOwnWrite: (reading) => isOwn(memory, reading),
    fingerprintsOf: (reading) => fingerprintsOf(memory, reading),
    observe: async (reading) => {
      const { revision } = reading;
      if (revision !== memory.revision)
        await change({ counter: next(), revision, written: isOwn(memory, reading) ? memory.written : null });
      return etagOf(memory);
    },
    outcomeOf: (id) => memory.requests.find(({ request }) => request === id),
    wrote: async ({ revision }, write) => {
      const written = write
        ? { revision, fingerprints: { ...memory.written?.fingerprints, ...write.fingerprints } }
        : null;
      const requests = write ? withRequest(memory, { request: write.id }) : memory.requests;
      await change({ counter: next(), revision, writes: memory.writes + 1, written, requests });
    },
    failed: (request, code) => change({ requests: withRequest(memory, { request, failed: code }) }),
    loaded: async (reading) => {
      const { revision } = reading;
      const written =
        memory.written && isOwn(memory, reading, { loading: true }) ? { ...memory.written, revision } : null;
      const counter = revision === memory.revision ? memory.counter : next();
      await change({ counter, revision, loads: memory.writes, written });
    },
  };
}

function fresh(instance: string): Memory {
  return { v: 1, instance, counter: 0, revision: null, writes: 0, loads: 0, written: null, requests: [] };
}

async function readMemory(path: string): Promise<Memory | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return upToDate(Memory.parse(JSON.parse(text)));
  } catch {
    throw new AgentError(
      'unrecovered',
      `The agent's own file ${path} is not usable. Remove it: the ETags then begin anew.`,
    );
  }
}

/** What an agent has left that knew the last request only. */
function upToDate({ written, requests, ...memory }: z.infer<typeof Memory>): Memory {
  if (!written) return { ...memory, written, requests: requests ?? [] };
  const { request, ...rest } = written;
  return { ...memory, written: rest, requests: requests ?? (request === undefined ? [] : [{ request }]) };
}

function withRequest({ requests }: Memory, known: Known): Known[] {
  return [...requests.filter(({ request }) => request !== known.request), known].slice(-MOST_KNOWN);
}

/**
 * Whether what the agent wrote is still there: by the fingerprints where they can be read, and by the revision where they can't.
 *
 * @param options.loading a process that starts may write its configuration anew: then the revision of a blind store says nothing
 */
function isOwn({ written }: Memory, { revision, configuration }: StoreReading, { loading = false } = {}): boolean {
  if (!written) return false;
  return Object.entries(written.fingerprints).every(([place, fingerprint]) => {
    const seen = configuration.sections.get(place)?.clientSecretFingerprint;
    return seen === undefined ? loading || revision === written.revision : seen === fingerprint;
  });
}

function fingerprintsOf({ written }: Memory, { revision, configuration }: StoreReading): Map<string, string | null> {
  const remembered = written?.revision === revision ? written.fingerprints : {};
  return new Map(
    [...configuration.sections].map(([place, section]) => [
      place,
      section.clientSecretFingerprint ?? remembered[place] ?? null,
    ]),
  );
}

/** The hash of the revision is there for people who compare; the counter alone makes an ETag a new one. */
function etagOf({ instance, counter, revision }: Memory): string {
  const hash = createHash('sha256').update(`${instance} ${revision}`).digest('hex').slice(0, 12);
  return `"${instance}.${counter}.${hash}"`;
}
