import type { Credential, KeycloakSettings } from '../../functions/credential/settings/credential.ts';
import type { Facts } from '../../functions/rotation/decide/terms/facts.ts';
import type { RotationRequest } from '../../functions/rotation/run/context.ts';
import type { Known } from '../../functions/rotation/run/known.ts';
import { CREATED_AT } from './observations.ts';
import { credentialOf } from './parts.ts';

const HOUR_MS = 3_600_000;
const SETTINGS = credentialOf(['ifs'], {});
const FREEZE = { from: '2026-02-01', to: '2026-04-01', reason: 'year end' };

/** An hour after everything was created: no lease runs. */
export const NOW = new Date(CREATED_AT.getTime() + HOUR_MS);

/** What a run knows at its first decision. */
const FRESH: Known = {
  promoted: false,
  revoked: false,
  handedOver: false,
  owesRenewal: false,
  undisturbed: true,
  mayBegin: true,
  hasPut: () => false,
  hasCleared: () => false,
  answers: {},
};

/** What differs from a due run that has all the time it needs. */
export interface FactsOptions {
  readonly request?: RotationRequest;
  readonly known?: Partial<Known>;
  readonly strategy?: Credential['strategy'];
  readonly renewal?: KeycloakSettings['renewal'];
  readonly firstRun?: KeycloakSettings['firstRun'];
  readonly native?: boolean;
  readonly frozen?: boolean;
  readonly now?: Date;
  readonly leaseMs?: number;
  readonly leftMs?: number;
}

/** What a decision about an observation rests on. */
export function factsAbout<Seen>(seen: Seen, options: FactsOptions = {}): Facts<Seen> {
  const { strategy = 'auto', renewal = 'set', firstRun = 'adopt', native = false, frozen = false } = options;
  const { now = NOW, leaseMs = 100_000, leftMs = 80_000 } = options;
  return {
    credential: {
      ...SETTINGS,
      strategy,
      native,
      iam: { ...(SETTINGS.iam as KeycloakSettings), renewal, firstRun },
      freezes: frozen ? [FREEZE] : [],
    },
    request: options.request ?? { trigger: 'schedule', scheduledTime: NOW },
    known: { ...FRESH, ...options.known },
    seen,
    now,
    leaseMs,
    time: { leftMs, httpTimeoutMs: 10_000, requestMs: { iam: 500, connector: 500, connectorWrite: 500, store: 500 } },
  };
}
