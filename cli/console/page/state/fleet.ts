import { useRef, useState } from 'preact/hooks';
import type { Listed } from '../model/answers.ts';
import { type Problem, problemIn, send } from './api.ts';
import { lookAround, useRepeated } from './clock.ts';

/** The fleet, as far as it is known. */
export interface Fleet {
  readonly listed: readonly Listed[];
  /** Whether all of it was read at least once. */
  readonly complete: boolean;
  readonly problem?: Problem;
  refresh(): Promise<void>;
}

interface Page {
  readonly credentials: readonly Listed[];
  readonly nextToken?: string;
}

/** The fleet is read again after so many times the time that reading it takes, in a large one later than in a small one. */
const PATIENCE = 20;
const LEAST_PAUSE_MS = 4000;
const MOST_PAUSE_MS = 300_000;

/** Reads the fleet, page by page; what is there is shown at once. */
export function useFleet(): Fleet {
  const [state, setState] = useState<Omit<Fleet, 'refresh'>>({ listed: [], complete: false });
  const took = useRef(0);
  const refresh = async () => {
    const began = performance.now();
    try {
      await lookAround();
      const listed = await readAll((sofar) =>
        setState((before) => (before.complete ? before : { listed: sofar, complete: false })),
      );
      setState({ listed, complete: true });
    } catch (error) {
      setState((before) => ({ ...before, problem: problemIn(error) }));
    }
    took.current = performance.now() - began;
  };
  useRepeated(refresh, () => Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, took.current * PATIENCE)));
  return { ...state, refresh };
}

/** What has come so far is shown so often, and not after each page, in milliseconds. */
const TELL_MS = 400;

async function readAll(tell: (sofar: readonly Listed[]) => void): Promise<Listed[]> {
  const all: Listed[] = [];
  let toldAt = 0;
  let token: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '50', ...(token !== undefined && { nextToken: token }) });
    const page: Page = await send<Page>({ path: `api/credentials?${query}` });
    all.push(...page.credentials);
    token = page.nextToken;
    if (token === undefined || performance.now() - toldAt < TELL_MS) continue;
    tell([...all]);
    toldAt = performance.now();
  } while (token !== undefined);
  return all;
}
