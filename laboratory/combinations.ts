import type { Credential } from '../functions/credential/settings/credential.ts';
import { overTheLine } from './agents/settings.ts';
import { CLIENT_ID, credentialOf, DESK, IDLE_CLIENT_ID, overHttps, REALM } from './parts.ts';

export const STRATEGIES = ['dual-secret', 'alternating-clients', 'in-place'] as const;
const RENEWALS = ['set', 'regenerate'] as const;
/** The same, and a person in the IAM where no API is. */
export const MAKERS = [...RENEWALS, 'by-person'] as const;
export const TRIGGERS = ['schedule', 'api', 'attended', 'secrets-manager', 'retire', 'rollback', 'revoke'] as const;

/** A rotation a day: what is left behind is found before an IAM of its own accord ends a previous secret. */
export const GRACE_HOURS = 12;

/** How a credential is rotated. */
export interface Combination {
  readonly strategy: (typeof STRATEGIES)[number];
  readonly renewal: (typeof MAKERS)[number];
  /** Whether rotation belongs to Secrets Manager. */
  readonly native: boolean;
  /** Whether there is a connector more, into which a person enters the secret. @default false */
  readonly desk?: boolean;
  /** How many of its connectors, from the first one on, are reached by an agent. @default 0 */
  readonly line?: number;
}

export type Trigger = (typeof TRIGGERS)[number];

/** Every combination that can exist. */
export const COMBINATIONS: readonly Combination[] = STRATEGIES.flatMap((strategy) =>
  RENEWALS.map((renewal) => ({ strategy, renewal, native: false })),
);

/** Those of which Secrets Manager does the rotation: the IAM can't make the secret then, since its version has to be filled first. */
export const NATIVE: readonly Combination[] = STRATEGIES.map((strategy) => ({
  strategy,
  renewal: 'set',
  native: true,
}));

/** Those in which a person has a part: enters the secret in a connector, refreshes it in the IAM, or both. */
export const BY_HAND: readonly Combination[] = [
  ...COMBINATIONS.map((combination) => ({ ...combination, desk: true })),
  ...[false, true].flatMap((desk) =>
    (['in-place', 'alternating-clients'] as const).map((strategy) => ({
      strategy,
      renewal: 'by-person' as const,
      native: false,
      desk,
    })),
  ),
];

/** How a combination is called in scripts and tables. */
export function nameOf({ strategy, renewal, native, desk = false, line = 0 }: Combination): string {
  return `${strategy}, ${renewal}${native ? ', native' : ''}${desk ? ', desk' : ''}${line > 0 ? ', agent' : ''}`;
}

/** Whether a person has a part in each rotation. */
export function byHand({ renewal, desk = false }: Pick<Combination, 'renewal' | 'desk'>): boolean {
  return desk || renewal === 'by-person';
}

/** Whether the old secret works beside the new one. */
export function overlaps({ strategy }: Combination): boolean {
  return strategy !== 'in-place';
}

/**
 * Whether a rotation that nobody attends needs both secrets to work. Then a run that ends half-way cuts nobody off, and nothing has to be
 * taken back before it ends.
 */
export function needsOverlap({ strategy, connectors }: Credential): boolean {
  const named = strategy === 'dual-secret' || strategy === 'alternating-clients';
  return named || (strategy === 'auto' && connectors.some(({ via }) => via === 'manual'));
}

/** The connector into which a person enters the secret. */
const DESK_SETTINGS = { name: DESK, via: 'manual', within: 'PT10H' };

const known = new Map<string, Credential>();

/**
 * The settings of a combination. Two clients are named, the other strategies are found out by asking the IAM.
 *
 * @param settings what differs from that
 */
export function credentialFor(
  combination: Combination,
  connectors: readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
): Credential {
  const { strategy, renewal, native, line = 0, desk = false } = combination;
  const key = `${nameOf(combination)} ${connectors.length} ${line} ${JSON.stringify(settings)}`;
  const alternating = strategy === 'alternating-clients';
  const { iam, id = 'acme-prod', ...others } = settings as { readonly iam?: object; readonly id?: string };
  const make = () =>
    credentialOf(connectors, {
      id,
      native,
      grace: `PT${GRACE_HOURS}H`,
      schedule: { expression: 'rate(1 day)' },
      ...(alternating ? { strategy, clientId: [CLIENT_ID, IDLE_CLIENT_ID] } : {}),
      ...others,
      iam:
        renewal === 'by-person'
          ? { type: 'manual', within: 'P7D' }
          : {
              renewal,
              adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
              auth: { clientId: 'flow-secret-rotator', secretId: `csr-access/${id}/iam` },
              ...iam,
            },
      connectors: [
        ...connectors.map((name, i) => (i < line ? overTheLine(name) : overHttps(name, id))),
        ...(desk ? [DESK_SETTINGS] : []),
      ],
    });
  const credential = known.get(key) ?? make();
  known.set(key, credential);
  return credential;
}
