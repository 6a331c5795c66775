import { scheduleFaults } from '../credential/schedule/faults.ts';
import type { Credential } from '../credential/settings/credential.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { ScheduleView } from './contract/answers/credential.ts';
import type { ScheduleBody } from './contract/requests.ts';
import { type ApiResponse, json, problem } from './problem.ts';

/** What a change of a schedule needs. */
export interface ScheduleDeps {
  readonly schedules: Pick<Schedules, 'settings' | 'reschedule'>;
  readonly now: () => Date;
  /** An emulator keeps more versions of a secret. */
  readonly local: boolean;
}

type Schedule = Credential['schedule'];

const NOTE =
  'The fleet file does not have this change: a deployment that changes this credential takes it back. Put it into the fleet file too.';

/**
 * Changes when a credential is rotated: pauses, resumes, moves. What is not named stays. The new schedule has to keep the fleet file's
 * rules as of now.
 *
 * @returns the new schedule, or the problem with each fault of it
 * @throws {RotationError} `credential-unknown`, `settings-invalid`, `schedule-*`
 */
export async function changeSchedule(id: string, body: ScheduleBody, deps: ScheduleDeps): Promise<ApiResponse> {
  const { schedules, now, local } = deps;
  const credential = await schedules.settings(id);
  const schedule = merged(credential.schedule, body);
  const faults = scheduleFaults({ ...credential, schedule }, { now: now(), local });
  if (faults.length > 0) return refused(id, faults);
  const changed = JSON.stringify(schedule) !== JSON.stringify(merged(credential.schedule, {}));
  if (changed) await schedules.reschedule(id, schedule);
  return json(200, { credential: id, schedule, changed, note: NOTE } satisfies ScheduleView);
}

/** In an order that is always the same. */
function merged(known: Schedule, { flexibleWindow = known.flexibleWindow, ...body }: ScheduleBody): Schedule {
  const { expression, timezone, state } = known;
  const window = flexibleWindow === null || flexibleWindow === undefined ? {} : { flexibleWindow };
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  return { expression, timezone, state, ...given, ...window };
}

function refused(id: string, faults: ReturnType<typeof scheduleFaults>): ApiResponse {
  return problem('request-invalid', {
    detail: 'The schedule would not be valid',
    credential: id,
    nothingChanged: true,
    next: 'Correct the members that are named; the rules are those of the fleet file.',
    errors: faults.map(({ member, detail }) => ({ pointer: `/${member}`, detail })),
  });
}
