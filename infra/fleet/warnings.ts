import { durationMs } from '../../functions/credential/duration.ts';
import { DAY_MS, intervalsOf } from '../../functions/credential/schedule/run-times.ts';
import { type Credential, writtenAccessSecrets } from '../../functions/credential/settings/credential.ts';
import type { Fault } from '../faults/fault.ts';
import { doorWarnings } from './doors.ts';
import { skippedRun } from './skipped-times.ts';

/** What of a fleet is allowed, yet worth a second look. */
export function fleetWarnings(credentials: readonly Credential[], now: Date): Fault[] {
  return credentials.flatMap((credential, index) =>
    warningsOf(credential, now).map(([path, message]) => ({ path: ['credentials', index, ...path], message })),
  );
}

type Told = [path: PropertyKey[], message: string];

function warningsOf(credential: Credential, now: Date): Told[] {
  return [
    ...nameWarnings(credential),
    ...scheduleWarnings(credential, now),
    ...addressWarnings(credential),
    ...doorWarnings(credential),
  ];
}

function nameWarnings({ clientId, connectors }: Credential): Told[] {
  // It is the rotator's own client, not Flow's.
  if (writtenAccessSecrets({ connectors }).length > 0) return [];
  return [clientId]
    .flat()
    .flatMap((id) => [
      ...told(id.length > 20, ['clientId'], `'${id}' is longer than the 20 characters that IFS documents`),
      ...told(!/novacura|flow|^nc_/i.test(id), ['clientId'], `'${id}' is not recognisable as Flow's client`),
    ]);
}

function scheduleWarnings({ schedule, grace, maxAge }: Credential, now: Date): Told[] {
  const intervals = intervalsOf(schedule.expression, now);
  const skipped = skippedRun(schedule, now);
  const { shortest = Number.POSITIVE_INFINITY, longest = 0 } = intervals ?? {};
  return [
    ...told(
      durationMs(grace) > shortest,
      ['grace'],
      `'${grace}' is longer than the schedule's interval of ${inWords(shortest)}: each rotation ends it early`,
    ),
    ...told(
      longest > durationMs(maxAge),
      ['maxAge'],
      `'${maxAge}' is shorter than the schedule's interval of ${inWords(longest)}`,
    ),
    ...told(
      skipped !== undefined,
      ['schedule', 'expression'],
      `daylight saving in ${schedule.timezone} skips ${skipped}, and the scheduler with it; choose a time outside 01:00 to 03:00`,
    ),
  ];
}

function addressWarnings({ serviceUri, connectors }: Credential): Told[] {
  const path = serviceUri === undefined ? '/' : new URL(serviceUri).pathname;
  return [
    ...told(path !== '/', ['serviceUri'], 'its path is not used: probePath begins at the host'),
    ...connectors.flatMap((connector, index) =>
      told(
        connector.via === 'https' && connector.url.endsWith('/'),
        ['connectors', index, 'url'],
        'ends with a slash: is it the address of one configuration?',
      ),
    ),
  ];
}

function told(applies: boolean, path: PropertyKey[], message: string): Told[] {
  return applies ? [[path, message]] : [];
}

function inWords(ms: number): string {
  const [amount, unit] = ms >= DAY_MS ? [ms / DAY_MS, 'days'] : [ms / 3_600_000, 'hours'];
  return `${Number(amount.toFixed(1))} ${unit}`;
}
