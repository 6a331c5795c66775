import type { Credential } from '../settings/credential.ts';
import { scheduleExpressionFault } from './expression.ts';
import { TIME_ZONES } from './time-zones.ts';
import { versionQuotaFault } from './version-quota.ts';

/** Why a schedule in place isn't taken where a person enters the secret. */
export const CUTS_OFF =
  'unattended in-place rotation into a manual connector cuts it off until somebody comes: set schedule.state to DISABLED and rotate on demand with attended: true, or use an overlap';

/** Whether a schedule would cut a manual connector off. The settings may have other faults. */
export function cutsOff({ strategy, schedule }: { readonly strategy?: unknown; readonly schedule?: unknown }): boolean {
  const { state } = (schedule ?? {}) as { state?: unknown };
  return strategy === 'in-place' && state !== 'DISABLED';
}

/** A fault of a schedule, and of which of its members. */
interface ScheduleFault {
  readonly member: keyof Credential['schedule'];
  readonly detail: string;
}

/**
 * What is wrong with the schedule in a credential's settings as of now, by the rules for the fleet file: a run reads its settings
 * without them.
 *
 * @param local an emulator keeps more versions
 */
export function scheduleFaults(
  credential: Pick<Credential, 'schedule' | 'strategy' | 'iam' | 'connectors'>,
  { now, local }: { readonly now: Date; readonly local: boolean },
): ScheduleFault[] {
  const { schedule, strategy, iam, connectors } = credential;
  const { expression, timezone } = schedule;
  const rotating = { expression, strategy, iam: iam.type === 'keycloak' ? iam : undefined };
  const manual = connectors.some(({ via }) => via === 'manual');
  const zone = `'${timezone}' is not an IANA time zone; for example Europe/Stockholm`;
  const often = () => (local ? undefined : versionQuotaFault(rotating, now));
  const found = {
    timezone: TIME_ZONES.includes(timezone) ? undefined : zone,
    expression: scheduleExpressionFault(expression, now) ?? often(),
    state: manual && cutsOff({ strategy, schedule }) ? CUTS_OFF : undefined,
  } as const;
  return Object.entries(found).flatMap(([member, detail]) =>
    detail === undefined ? [] : [{ member: member as ScheduleFault['member'], detail }],
  );
}
