import { durationMs } from '../functions/rotation/duration.ts';
import { rateIntervalMs } from '../functions/rotation/schedule-expression.ts';
import type { Credential } from '../functions/rotation/settings.ts';
import type { Fleet } from './fleet-schema.ts';

const DAY_MS = 86_400_000;

/** What is allowed, yet worth a second look. One line each, in the form of a fault's. */
export function fleetWarnings(fleet: Fleet): string[] {
  return fleet.credentials.flatMap((credential, index) =>
    credentialWarnings(credential).map(([key, warning]) => `credentials[${index}].${key}: ${warning}`),
  );
}

function credentialWarnings(credential: Credential): [string, string][] {
  const warnings: [string, string][] = [];
  for (const id of [credential.clientId].flat()) {
    if (id.length > 20) warnings.push(['clientId', `'${id}' is longer than the 20 characters that IFS documents`]);
    if (!/novacura|flow|^nc_/i.test(id)) warnings.push(['clientId', `'${id}' is not recognisable as Flow's client`]);
  }
  const interval = rateIntervalMs(credential.schedule.expression);
  if (interval !== undefined && durationMs(credential.grace) > interval) {
    warnings.push([
      'grace',
      `'${credential.grace}' is longer than the schedule's interval: each rotation ends it early`,
    ]);
  }
  if (interval !== undefined && interval > durationMs(credential.maxAge)) {
    warnings.push([
      'maxAge',
      `'${credential.maxAge}' is shorter than the schedule's interval of ${interval / DAY_MS} days`,
    ]);
  }
  return warnings;
}
