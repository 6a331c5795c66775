import { describe, jest } from '@jest/globals';
import type { RealService } from '../../local/real-stack/programs/prerequisites.ts';
import type { RealStackDescription } from './real-stack.ts';

/** Real services take long on a busy machine, and that is no fault. Milliseconds; a suite may have a longer one. */
jest.setTimeout(600_000);

type Available<Service> = Exclude<Service, { readonly unavailable: string }>;

/** The real services, for suites under {@link describeReal}. */
export interface RealStack {
  /** Where Keycloak is and who administers it. @throws {Error} when it isn't there */
  readonly keycloak: Available<RealStackDescription['keycloak']>;
  /** Where MiniStack is. @throws {Error} when it isn't there */
  readonly ministack: Available<RealStackDescription['ministack']>;
}

/** The services that the project `real` runs for all its suites. */
export function realStack(): RealStack {
  return {
    get keycloak() {
      return available(description().keycloak);
    },
    get ministack() {
      return available(description().ministack);
    },
  };
}

/**
 * A suite that needs real services. Where one is missing, it is skipped and its title says why.
 *
 * @param needs all that the suite uses
 */
export function describeReal(name: string, needs: readonly RealService[], suite: () => void): void {
  const reasons = needs.flatMap((need) => reasonFor(need) ?? []);
  if (reasons.length === 0) describe(name, suite);
  else describe.skip(`${name} (skipped: ${reasons.join('; ')})`, suite);
}

function reasonFor(service: RealService): string | undefined {
  const one = description()[service];
  return 'unavailable' in one ? one.unavailable : undefined;
}

function available<Service extends object>(service: Service): Available<Service> {
  if ('unavailable' in service) throw new Error(`not there: ${service.unavailable}`);
  return service as Available<Service>;
}

function description(): RealStackDescription {
  const { REAL_STACK } = process.env;
  if (!REAL_STACK) throw new Error('REAL_STACK is not set; run this suite with `npm run test:real`');
  return JSON.parse(REAL_STACK);
}
