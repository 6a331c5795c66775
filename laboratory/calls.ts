import type { RotationRequest } from '../functions/rotation/run/context.ts';
import { DESK } from './parts.ts';
import type { Script, Triggered } from './script.ts';

/** What each call asks for. */
export const CALLS = {
  api: {},
  attended: { attended: true },
  rollback: { rollback: true },
  'attended-rollback': { rollback: true, attended: true },
  revoke: { revokePrevious: true },
  'attended-revoke': { revokePrevious: true, attended: true },
  'leaving-revoke': { revokePrevious: true },
} as const satisfies Partial<Record<Triggered, Partial<RotationRequest>>>;

/** What asks by a call of the API. */
export type Call = keyof typeof CALLS;

export function isCall(name: string): name is Call {
  return name in CALLS;
}

/** What a caller asks for. The connector that is left behind is the desk, where there is one. */
export function requestOf(call: Call, { desk }: Pick<Script, 'desk'>): Partial<RotationRequest> {
  return call === 'leaving-revoke' ? { ...CALLS[call], leaveBehind: [desk ? DESK : 'ifs-1'] } : CALLS[call];
}
