import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../../credential/errors.ts';
import {
  type ConnectorProof,
  type ConnectorReport,
  type Failure,
  OUTCOMES,
  type Outcome,
  type Rotation,
  type TaskReport,
} from '../../../credential/outcome.ts';
import { PROOFS } from '../../../credential/proof.ts';
import { agreeing } from './agreeing.ts';

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>) => Object.keys(table) as [K, ...K[]];

/** An instant, as `Date.toISOString` writes it. */
export const instant = z.iso.datetime();

export const errorCode = z.enum<readonly [ErrorCode, ...ErrorCode[]]>(keysOf(ERRORS));

export const FailureAnswer = agreeing<Failure>()(z.object({ code: errorCode, detail: z.string(), next: z.string() }));

export const ProofAnswer = agreeing<ConnectorProof>()(
  z.object({
    level: z.enum(PROOFS),
    by: z.string().exactOptional().describe('With `attested`: who said so.'),
    at: instant.exactOptional().describe('With `attested`: when.'),
  }),
);

export const TaskAnswer = agreeing<TaskReport>()(
  z.object({
    kind: z.enum(['enter-secret', 'submit-secret', 'end-former-secret']),
    connector: z.string().exactOptional(),
    versionId: z.string().describe('The version to enter, to replace or to end.'),
    dueAt: instant,
    overdue: z.boolean(),
  }),
);

export const ConnectorAnswer = agreeing<ConnectorReport>()(
  z.object({
    name: z.string(),
    sectionsWritten: z.int().min(0),
    sectionsSkipped: z.int().min(0).describe("Sections with this Client ID but another environment's token URL."),
    leftBehind: z.boolean().exactOptional().describe('The call left the connector behind.'),
    proof: ProofAnswer.nullable().describe('How it is known that the connector has the current secret.'),
    handedOverUntil: instant.exactOptional().describe('A person was asked to enter the current secret, until then.'),
  }),
);

export const recorded = z.literal(false).exactOptional().describe('The ledger does not know of it.');

export const ReportAnswer = agreeing<Rotation>()(
  z.object({
    requestId: z.string().exactOptional().describe('Drawn before anything began: it leads to the run.'),
    rotationId: z.string().nullable().describe('Version id of the candidate; null when nothing was begun.'),
    credential: z.string(),
    trigger: z.enum(['schedule', 'api', 'secrets-manager']),
    outcome: z.enum<readonly [Outcome, ...Outcome[]]>(keysOf(OUTCOMES)),
    strategy: z.enum(['dual-secret', 'alternating-clients', 'in-place']).nullable(),
    reason: z.string().exactOptional(),
    requestedBy: z.string().exactOptional().describe('The ARN of the principal that called.'),
    startedAt: instant,
    endedAt: instant,
    durationMs: z.number(),
    steps: z.array(z.object({ name: z.string(), ms: z.number() })),
    previousValidUntil: instant.nullable().describe('Null when the previous secret does not work, or nobody knows.'),
    connectors: z.array(ConnectorAnswer),
    tasks: z.array(TaskAnswer).exactOptional().describe('What people are asked to do.'),
    projection: z.enum(['ok', 'refused', 'unavailable']).exactOptional(),
    previousWorks: z.boolean().nullable().exactOptional(),
    previousRevoked: z.boolean().exactOptional(),
    nothingChanged: z.boolean().nullable().describe('Null when nobody knows.'),
    repeatAt: instant.nullable().describe('When the run goes on by itself; null when nothing is planned.'),
    failure: FailureAnswer.exactOptional(),
    recorded,
  }),
);

/** Where a run stands. */
export const RunStatusAnswer = z
  .enum(['accepted', 'running', 'ended', 'unknown'])
  .describe('`unknown`: no beginning was noted in the time that Lambda tries, or no end in the time that a run has.');

/** How a run of either kind ended. */
export const RunOutcomeAnswer = z.union([ReportAnswer.shape.outcome, z.enum(['retired', 'unchanged', 'postponed'])]);

/** A rotation that ended well. One that did not is a problem: its failure stands in the problem's own members. */
export const RotationAnswer = ReportAnswer.omit({ failure: true });

/** A rotation that goes on. */
export const AcceptedAnswer = z.object({
  requestId: z.string().describe('It leads to the run, and to its end.'),
  recorded,
});
