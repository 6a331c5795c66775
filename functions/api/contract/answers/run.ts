import * as z from 'zod';
import type { Outcome, RetireReport, Rotation } from '../../../credential/outcome.ts';
import type { RunOrigin } from '../../../ports/ledger.ts';
import { agreeing } from './agreeing.ts';
import { RotationStateAnswer, type RotationView } from './credential.ts';
import { instant, ReportAnswer, RunOutcomeAnswer, RunStatusAnswer } from './rotation.ts';

/**
 * Where a run stands: `accepted` before its function begins, `running`, `ended`; `unknown` when it has neither begun in the time that
 * Lambda tries, nor ended in the time that a run has: it was given up, its function was killed, or its record is missing.
 */
type RunStatus = 'accepted' | 'running' | 'ended' | 'unknown';

/** A run as the API shows it. The members of its report stand beside these once it has ended. */
export interface RunView extends Partial<Omit<Rotation, 'outcome' | 'recorded'>>, Pick<RunOrigin, 'kind' | 'asked'> {
  readonly requestId: string;
  readonly rotationId: string | null;
  readonly credential: string;
  readonly trigger: Rotation['trigger'];
  readonly status: RunStatus;
  readonly requestedAt: string;
  readonly begunAt: string | null;
  /** Null before the end, and where a run came to no report. */
  readonly outcome: Outcome | RetireReport['outcome'] | null;
  readonly nothingChanged: boolean | null;
  /** With a retire: the version whose secret was to be ended. */
  readonly versionId?: string;
  /** The label of the rotation's version now. */
  readonly state?: RotationView['state'];
  readonly createdAt?: string;
  /** What to do about a run of which the end is not known. */
  readonly next?: string;
}

const { shape: report } = ReportAnswer;
const { state, createdAt } = RotationStateAnswer.shape;

/** A run of the history. The members of its report stand beside its own once it has ended. */
export const RunAnswer = agreeing<RunView>()(
  z.object({
    requestId: z.string(),
    rotationId: report.rotationId,
    credential: z.string(),
    kind: z.enum(['rotation', 'retire']).describe('`retire`: the end of a grace.'),
    status: RunStatusAnswer,
    trigger: report.trigger,
    requestedBy: report.requestedBy,
    reason: report.reason,
    asked: z
      .object({
        force: z.boolean().optional(),
        attended: z.boolean().optional(),
        leaveBehind: z.array(z.string()).optional(),
        revokePrevious: z.boolean().optional(),
        rollback: z.boolean().optional(),
      })
      .optional()
      .describe('The members of the body that were given, beside the reason.'),
    requestedAt: instant,
    begunAt: instant.nullable(),
    outcome: RunOutcomeAnswer.nullable().describe('Null before the end, and where a run came to no report.'),
    nothingChanged: report.nothingChanged,
    versionId: z.string().exactOptional().describe('With `retire`: the version whose secret was to be ended.'),
    strategy: report.strategy.exactOptional(),
    startedAt: instant.exactOptional(),
    endedAt: instant.exactOptional(),
    durationMs: report.durationMs.exactOptional(),
    steps: report.steps.exactOptional(),
    previousValidUntil: report.previousValidUntil.exactOptional(),
    connectors: report.connectors.exactOptional(),
    tasks: report.tasks,
    projection: report.projection,
    previousWorks: report.previousWorks,
    previousRevoked: report.previousRevoked,
    repeatAt: report.repeatAt.exactOptional(),
    failure: report.failure,
    state: state.exactOptional().describe("The label of the rotation's version now; absent where the version is gone."),
    createdAt: createdAt.exactOptional(),
    next: z.string().exactOptional().describe('With `unknown`: what to do.'),
  }),
);

/** A page of the history, newest first. */
export const RunsAnswer = z.object({
  rotations: z.array(RunAnswer),
  nextToken: z.string().exactOptional().describe('Asks for the next page; absent on the last one.'),
});
