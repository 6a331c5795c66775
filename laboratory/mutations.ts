import { OF_AGENT } from './mutations/by-agent.ts';
import { BY_HAND } from './mutations/by-hand.ts';
import { DRY_RUNS } from './mutations/dry-runs.ts';
import { ENDINGS } from './mutations/endings.ts';
import type { Mutation } from './mutations/mutation.ts';
import { ORDER } from './mutations/order.ts';
import { PREVIOUS } from './mutations/previous.ts';
import { PROOFS } from './mutations/proofs.ts';
import { TIME } from './mutations/time.ts';

/** Every safeguard that the design names, and some scene that does not do without it. */
export const MUTATIONS: readonly Mutation[] = [
  ...ORDER,
  ...PROOFS,
  ...TIME,
  ...ENDINGS,
  ...PREVIOUS,
  ...DRY_RUNS,
  ...BY_HAND,
  ...OF_AGENT,
];
