import * as z from 'zod';
import { FleetRequest } from '../../../credential/events/fleet-rotation.ts';
import { FLEET_OUTCOMES, type FleetOutcome, OUTCOMES, type Outcome } from '../../../credential/outcome.ts';
import type { FleetSummary } from '../../../many/about.ts';
import type { FleetFailure, FleetProgress, WaveProgress } from '../../../many/progress.ts';
import { agreeing } from './agreeing.ts';
import { errorCode, instant } from './rotation.ts';

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as [K, ...K[]];
const count = z.int().min(0);
const outcome = z.enum<readonly [Outcome, ...Outcome[]]>(keysOf(OUTCOMES));

/** How far a wave is. */
export const WaveAnswer = agreeing<WaveProgress>()(
  z.object({
    name: z.string(),
    total: count,
    tolerated: count.describe('How many failures the wave bears: with one more, nothing more is begun.'),
    done: count.describe('Ended, and not failed.'),
    failed: count,
    running: count,
    waiting: count.describe('Not begun.'),
    outcomes: z
      .partialRecord(outcome, count)
      .describe('How many ended how; runs of which nobody knows that are left out.'),
  }),
);

/** A credential that failed, or is expected to. */
export const FleetFailureAnswer = agreeing<FleetFailure>()(
  z.object({
    credential: z.string(),
    wave: z.string(),
    code: errorCode,
    detail: z.string(),
    next: z.string().optional().describe('What to do.'),
    outcome: outcome.exactOptional(),
    requestId: z
      .string()
      .exactOptional()
      .describe('Leads to the run: `GET /credentials/{id}/rotations/{requestId}`. Absent where its end was not noted.'),
    nothingChanged: z.boolean().nullable().exactOptional(),
    repeatAt: instant.exactOptional().describe('When the run goes on by itself.'),
  }),
);

const about = {
  executionId: z.string(),
  status: z
    .enum(['choosing', 'rotating', 'stopping', 'ended'])
    .describe('`stopping`: somebody has ended it, and what had begun is finished.'),
  outcome: z
    .enum<readonly [FleetOutcome, ...FleetOutcome[]]>(keysOf(FLEET_OUTCOMES))
    .nullable()
    .describe('Null before the end. `stopped`: a wave failed more often than it bears. `planned`: a dry run.'),
  request: FleetRequest,
  requestedBy: z.string().describe('The ARN of the principal that called.'),
  requestedAt: instant,
  endedAt: instant.nullable(),
  stoppedBy: z.string().exactOptional().describe('Who has ended it.'),
  manifest: z.string().nullable().describe('Where the result of every credential is, once it has ended: `s3://…`.'),
};

/** A fleet rotation in the list. */
export const FleetSummaryAnswer = agreeing<FleetSummary>()(
  z.object({
    ...about,
    total: count.nullable().describe('How many credentials were chosen; null before that.'),
    counts: z
      .object({ done: count, failed: count, waiting: count.describe('Not begun.') })
      .nullable()
      .describe('Null before the end, and where none was noted. The progress is at `GET /rotations/{executionId}`.'),
  }),
);

/** The last fleet rotations. */
export const FleetRotationsAnswer = z.object({
  rotations: z.array(FleetSummaryAnswer).describe('Newest first, without dry runs.'),
});

/** How far a fleet rotation is. */
export const FleetRotationAnswer = agreeing<FleetProgress>()(
  z.object({
    ...about,
    waves: z.array(WaveAnswer),
    failures: z.array(FleetFailureAnswer),
    expected: z
      .array(FleetFailureAnswer)
      .describe('Credentials of which the settings say already that a run would begin nothing, and why.'),
    credentials: z.array(z.array(z.string())).exactOptional().describe('With a dry run: the ids of each wave.'),
  }),
);

/** A fleet rotation that was begun, now or by an earlier call with the same key. */
export const FleetAcceptedAnswer = z.object({ executionId: z.string().describe('It leads to the progress.') });
