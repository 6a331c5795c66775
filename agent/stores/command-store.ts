import { createHash } from 'node:crypto';
import * as z from 'zod';
import { durationMs } from '../../functions/credential/duration.ts';
import { inClear, NO_SECRET } from '../../functions/credential/secret/secret.ts';
import type { Change } from '../engine/contract.ts';
import { AgentError } from '../errors.ts';
import { runProgram } from '../host/run-program.ts';
import type { Adapter } from '../settings/adapter.ts';
import type { Staged, Standing, Store, StoreReading } from './store.ts';
import { StoredForm, sectionsOfForm, storedConfiguration } from './stored-form.ts';

/** What the command answers to `read`. */
const ReadAnswer = z.strictObject({
  v: z.literal(1),
  revision: z.string().min(1).optional(),
  configuration: StoredForm,
});

/** What the command answers to `prepare` and `write`. `code` is a word of its own; anything else that it says is dropped. */
const WriteAnswer = z.object({
  v: z.literal(1),
  result: z.enum(['ready', 'written', 'changed', 'refused']),
  code: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .optional(),
});

interface Seen extends StoreReading {
  /** The secrets of before, where the command tells them. */
  readonly previous: Change | undefined;
}

/**
 * A configuration behind a program of the settings: one JSON document on its standard input, one on its standard output. A secret is
 * neither in its arguments nor in its environment, and what it prints is never repeated.
 */
export function commandStore({ command, timeout }: Extract<Adapter, { type: 'command' }>): Store {
  const call = async <T>(input: object, schema: z.ZodType<T>): Promise<T> => {
    const ended = await runProgram({
      argv: command as [string, ...string[]],
      timeoutMs: durationMs(timeout),
      input: JSON.stringify({ v: 1, ...input }),
    });
    if (ended.kind === 'timeout')
      throw new AgentError('command-timeout', `The adapter's command took more than ${timeout}; it was ended.`);
    if (ended.kind !== 'exited')
      throw new AgentError('command-failed', `The adapter's command did not run to its end (${ended.kind}).`);
    if (ended.code !== 0)
      throw new AgentError('command-failed', `The adapter's command ended with code ${ended.code}.`);
    const answer = schema.safeParse(parseJson(ended.output));
    if (answer.success) return answer.data;
    throw new AgentError('store-invalid', "The adapter's command answered something else than the contract asks for.");
  };
  const read = async (): Promise<Seen> => seenIn(await call({ op: 'read' }, ReadAnswer));
  const write = async (revision: string, change: Change): Promise<void> => {
    const sections = Object.fromEntries([...change].map(([place, values]) => [place, inClear(values)]));
    demandResult('written', await call({ op: 'write', revision, sections }, WriteAnswer));
  };
  let undo: { before: string; previous: Change | undefined } | undefined;

  return {
    read,
    prepare: async () => {
      await read();
      demandResult('ready', await call({ op: 'prepare' }, WriteAnswer));
    },
    stage: async ({ revision }, change): Promise<Staged> => {
      const seen = await read();
      if (seen.revision !== revision)
        throw new AgentError('configuration-changed', 'The configuration was changed meanwhile. It stays as it is.');
      undo = {
        before: revision,
        previous: seen.previous && new Map([...seen.previous].filter(([place]) => change.has(place))),
      };
      return { plan: { before: revision, after: null }, commit: () => write(revision, change) };
    },
    standing: async ({ before }): Promise<Standing> => ((await read()).revision === before ? 'before' : 'unknown'),
    takeBack: async ({ before }) => {
      if (undo?.before !== before || !undo.previous) return false;
      await write((await read()).revision, undo.previous);
      return true;
    },
    settle: async () => {
      undo = undefined;
    },
  };
}

function seenIn({ revision, configuration }: z.infer<typeof ReadAnswer>): Seen {
  const stored = storedConfiguration(configuration);
  const blind = [...stored.sections.values()].some((section) => section.clientSecretFingerprint === undefined);
  if (blind && revision === undefined)
    throw new AgentError(
      'store-invalid',
      "The adapter's command tells neither the secrets nor a revision: a change by hand would not be seen.",
    );
  const sections = [...sectionsOfForm(configuration)];
  const previous = sections.map(
    ([place, { clientId, clientSecret, accessTokenUrl, scopes }]) =>
      [place, { clientId, clientSecret: clientSecret ?? NO_SECRET, accessTokenUrl, scopes }] as const,
  );
  const known = sections.every(([, { clientSecret: secret }]) => secret !== undefined && secret !== null);
  return {
    revision: revision ?? hashOf(stored),
    configuration: stored,
    previous: known ? new Map(previous) : undefined,
  };
}

function hashOf(stored: { sections: ReadonlyMap<string, unknown> }): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...stored, sections: [...stored.sections] }))
    .digest('hex');
}

function demandResult(wanted: 'ready' | 'written', { result, code }: z.infer<typeof WriteAnswer>): void {
  if (result === wanted) return;
  if (result === 'changed')
    throw new AgentError('configuration-changed', 'The configuration was changed meanwhile. It stays as it is.');
  throw new AgentError('store-refused', `The adapter's command refuses${code ? `: ${code}` : ''}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
