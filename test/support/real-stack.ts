import { bootstrap } from '../../local/real-stack/deployment.ts';
import { LATEST, releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { type Keycloak, startKeycloak } from '../../local/real-stack/keycloak/server.ts';
import { type Ministack, startMinistack } from '../../local/real-stack/ministack/server.ts';
import { missingFor, type RealService, UnavailableError } from '../../local/real-stack/programs/prerequisites.ts';

/** Why a service isn't there. */
interface Unavailable {
  readonly unavailable: string;
}

/** What the environment variable `REAL_STACK` holds, as JSON: where the services are, or why they aren't. */
export interface RealStackDescription {
  readonly keycloak:
    | { readonly url: string; readonly user: string; readonly password: string; readonly version: string }
    | Unavailable;
  readonly ministack: { readonly url: string } | Unavailable;
}

/** The region of the stacks that suites deploy. */
export const REGION = 'eu-north-1';

/** The services that all suites share. */
export interface RunningStack {
  readonly description: RealStackDescription;
  /** Stops everything; one that can't be stopped doesn't keep the other running. */
  stop(): Promise<void>;
}

/**
 * Starts one Keycloak, and one MiniStack that is ready for deployments. `KEYCLOAK_VERSION` in the environment chooses another Keycloak than the latest.
 *
 * @param required whether a service that this machine can't have is an error
 * @throws {UnavailableError} when it is, and is missing
 * @throws {Error} when a service doesn't start; the other one is stopped then
 */
export async function startRealStack(required: boolean): Promise<RunningStack> {
  const release = releaseOf(process.env.KEYCLOAK_VERSION || LATEST.version);
  const [keycloak, ministack] = await Promise.allSettled([
    orReason('keycloak', () => startKeycloak({ release }), required),
    orReason('ministack', startBootstrapped, required),
  ]);
  const running = [keycloak, ministack].flatMap((one) =>
    one.status === 'fulfilled' && 'stop' in one.value ? [one.value] : [],
  );
  const stop = async () => void (await Promise.allSettled(running.map((one) => one.stop())));
  if (keycloak.status === 'fulfilled' && ministack.status === 'fulfilled') {
    return {
      description: { keycloak: access(keycloak.value, release.version), ministack: place(ministack.value) },
      stop,
    };
  }
  await stop();
  throw [keycloak, ministack].find((one) => one.status === 'rejected')?.reason;
}

/** Suites in two processes would bootstrap it at once. */
async function startBootstrapped(): Promise<Ministack> {
  const ministack = await startMinistack();
  try {
    await bootstrap({ aws: ministack.url, region: REGION });
    return ministack;
  } catch (error) {
    await ministack.stop();
    throw error;
  }
}

async function orReason<Service>(
  service: RealService,
  start: () => Promise<Service>,
  required: boolean,
): Promise<Service | Unavailable> {
  try {
    const missing = missingFor(service);
    if (missing) throw new UnavailableError(missing);
    return await start();
  } catch (error) {
    if (required || !(error instanceof UnavailableError)) throw error;
    return { unavailable: error.message };
  }
}

function access(keycloak: Keycloak | Unavailable, version: string): RealStackDescription['keycloak'] {
  if ('unavailable' in keycloak) return keycloak;
  return { url: keycloak.url, user: keycloak.adminUser, password: keycloak.adminPassword, version };
}

function place(ministack: Ministack | Unavailable): RealStackDescription['ministack'] {
  return 'unavailable' in ministack ? ministack : { url: ministack.url };
}
