import { useEffect, useState } from 'preact/hooks';
import type { Credential, Run } from '../model/answers.ts';
import { apiPath, type Problem, problemIn, send } from './api.ts';
import { lookAround, useRepeated } from './clock.ts';

/** A credential and its history, as far as they are known. */
export interface Known {
  readonly credential?: Credential;
  readonly runs?: readonly Run[];
  /** Why the credential is not known. */
  readonly problem?: Problem;
  /** Why its history is not known: the record of runs can be away while all else is there. */
  readonly historyProblem?: Problem;
  refresh(): Promise<void>;
}

const PAUSE_MS = 4000;
const RUNS = 25;

/** Reads a credential with its history, again and again. */
export function useCredential(id: string): Known {
  const [state, setState] = useState<Omit<Known, 'refresh'>>({});
  useEffect(() => setState({}), [id]);
  const refresh = async () => {
    const [, credential, history] = await Promise.allSettled([
      lookAround(),
      send<Credential>({ path: apiPath('credentials', id) }),
      send<{ rotations: Run[] }>({ path: `${apiPath('credentials', id, 'rotations')}?limit=${RUNS}` }),
    ]);
    setState((before) => ({
      ...kept(before),
      ...(credential.status === 'fulfilled'
        ? { credential: credential.value }
        : { problem: problemIn(credential.reason) }),
      ...(history.status === 'fulfilled'
        ? { runs: history.value.rotations }
        : { historyProblem: problemIn(history.reason) }),
    }));
  };
  useRepeated(refresh, () => PAUSE_MS, id);
  return { ...state, refresh };
}

function kept({ credential, runs }: Omit<Known, 'refresh'>) {
  return { ...(credential && { credential }), ...(runs && { runs }) };
}
