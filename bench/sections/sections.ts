import type { Section } from '../section.ts';
import { calls } from './calls.ts';
import { fleet } from './fleet.ts';
import { fresh } from './fresh.ts';
import { growth } from './growth.ts';
import { herd } from './herd.ts';
import { outage } from './outage.ts';
import { partner } from './partner.ts';
import { real } from './real.ts';
import { startUp } from './start-up.ts';
import { wall } from './wall.ts';

/** Everything that is measured, in the order of the page. */
export const SECTIONS: readonly Section[] = [calls, outage, fresh, startUp, wall, fleet];

/** What is measured only when it is asked for by its name: it takes minutes, and no part of the page. */
export const LONG: readonly Section[] = [growth, herd, partner];

/** What is measured with a real Keycloak, when it is asked for. */
export const REAL = real;
