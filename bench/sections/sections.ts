import type { Section } from '../section.ts';
import { calls } from './calls.ts';
import { fleet } from './fleet.ts';
import { herd } from './herd.ts';
import { outage } from './outage.ts';
import { startUp } from './start-up.ts';
import { wall } from './wall.ts';

/** Everything that is measured, in the order of the page. */
export const SECTIONS: readonly Section[] = [calls, outage, startUp, wall, fleet, herd];
