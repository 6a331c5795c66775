import * as z from 'zod';
import { scheduleExpressionFault } from '../../functions/credential/schedule/expression.ts';
import { type Rotating, versionQuotaFault } from '../../functions/credential/schedule/version-quota.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import { anyway, distinct } from '../../functions/credential/settings/parts/checks.ts';
import type { SettingsContext } from '../../functions/credential/settings/parts/context.ts';
import { addressesFit } from './addresses.ts';
import { agents, agentsFit } from './agents.ts';
import { oneRoleForEachClient } from './clients.ts';
import { doorsFit } from './doors.ts';
import { type StackChoice, spread, stack } from './stacks.ts';
import { tagsFit } from './tags.ts';
import { timeZoneFault } from './time-zones.ts';

/** Further files hold more. */
const MAX_CREDENTIALS = 10_000;

/** What the schema of the fleet file has to know. */
export interface FleetContext extends SettingsContext {
  /** A schedule has to fire after this. @default - now */
  readonly now?: Date;
}

/**
 * The zod schema of a fleet file: what may be deployed now. A run reads its settings with {@link credentialSchema} alone, which
 * neither the clock nor another time-zone database can make refuse what was once deployed.
 */
export function fleetSchema({ now = new Date(), ...context }: FleetContext) {
  const shape = z.strictObject({
    $schema: z.string().optional().describe('Address of this schema, for editors. Ignored otherwise.'),
    stack,
    spread,
    credentials: z
      .array(credentialSchema(context).check(scheduleWorks({ ...context, now }), addressesFit, tagsFit, doorsFit))
      .min(1, 'needs at least one credential')
      .max(MAX_CREDENTIALS, `has more than ${MAX_CREDENTIALS} credentials: split the file`)
      .check(distinct('id'), oneRoleForEachClient)
      .describe(`The credentials that are rotated, at most ${MAX_CREDENTIALS} in a file.`),
    agents,
  });
  return shape.check(agentsFit, spreadFits);
}

const spreadFits = anyway<StackChoice & { agents?: unknown }>(({ stack: name, spread: count, agents: list }, tell) => {
  if (count === undefined) return;
  if (name === undefined) tell(['spread'], 'needs the name of the stacks: stack');
  if (Array.isArray(list) && list.length > 0)
    tell(
      ['spread'],
      'not together with agents: an agent lies in one stack with its credentials; give them a file of their own',
    );
});

function scheduleWorks({ now, local }: Required<FleetContext>) {
  return anyway<Pick<Credential, 'schedule' | 'strategy' | 'iam'>>(({ schedule, strategy, iam }, tell) => {
    const { expression, timezone } = (schedule ?? {}) as { expression?: unknown; timezone?: unknown };
    if (typeof timezone === 'string') tellIf(['schedule', 'timezone'], timeZoneFault(timezone));
    if (typeof expression !== 'string') return;
    const fault = scheduleExpressionFault(expression, now);
    tellIf(
      ['schedule', 'expression'],
      fault ?? (local ? undefined : versionQuotaFault({ expression, strategy, iam: iam as Rotating['iam'] }, now)),
    );

    function tellIf(path: string[], message: string | undefined): void {
      if (message) tell(path, message);
    }
  });
}
