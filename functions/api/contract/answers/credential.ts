import * as z from 'zod';
import { FindingAnswer } from './finding.ts';
import {
  errorCode,
  instant,
  ProofAnswer,
  ReportAnswer,
  RunOutcomeAnswer,
  RunStatusAnswer,
  TaskAnswer,
} from './rotation.ts';

/** How a run ended, in short. */
const LastRunAnswer = z.object({
  requestId: z.string(),
  kind: z.enum(['rotation', 'retire']),
  status: RunStatusAnswer,
  requestedAt: instant,
  outcome: RunOutcomeAnswer.nullable(),
  failure: ReportAnswer.shape.failure,
});

/** A credential as the API shows it: settings and labels, never a value. */
export const CredentialAnswer = z.object({
  id: z.string(),
  clientId: z.union([z.string(), z.array(z.string())]),
  iam: z.enum(['keycloak', 'manual']).describe('How the IAM is reached: `manual` by a person.'),
  strategy: z.enum(['auto', 'dual-secret', 'alternating-clients', 'in-place']),
  versionId: z
    .string()
    .nullable()
    .describe('The version in use; null before the first run. In a list it may be that of five minutes ago.'),
  rotatedAt: instant.nullable(),
  ageDays: z.int().nullable(),
  maxAge: z.string().describe('The oldest that the secret should become: ISO 8601, as the fleet file has it.'),
  lastRun: LastRunAnswer.nullable().describe('The run that was asked for last; null where none is known.'),
  pending: z
    .boolean()
    .describe('Whether a rotation is in progress, or was left unfinished; in a list maybe as of five minutes ago.'),
  schedule: z.object({ expression: z.string(), timezone: z.string(), state: z.enum(['ENABLED', 'DISABLED']) }),
  connectors: z.array(
    z.object({
      name: z.string(),
      via: z.enum(['https', 'agent', 'manual', 'access-secret']),
      proof: ProofAnswer.nullable().describe('Who acknowledged the current version of a manual connector.'),
    }),
  ),
  tasks: z.array(TaskAnswer).describe('What people are asked to do about this credential.'),
  auditedAt: instant.nullable().describe('When an audit looked at it last; null before the first one.'),
  findings: z
    .array(FindingAnswer)
    .nullable()
    .describe('What audits have found and is not put right yet; null when the table could not be read.'),
});

/** A credential of which only the id can be shown, and why. */
export const UnreadableAnswer = z.object({
  id: z.string(),
  problem: z.object({ code: errorCode, title: z.string(), detail: z.string(), next: z.string() }),
});

export const CredentialsAnswer = z.object({
  credentials: z.array(z.union([CredentialAnswer, UnreadableAnswer])),
  nextToken: z.string().exactOptional().describe('Asks for the next page; absent on the last one.'),
});

/** Where a rotation stands, by its labels. */
export const RotationStateAnswer = z.object({
  rotationId: z.string(),
  credential: z.string(),
  state: z.enum(['pending', 'current', 'previous', 'superseded']),
  createdAt: instant,
});

/** A person's word that a connector has a version. */
export const AcknowledgementAnswer = z.object({
  credential: z.string(),
  connector: z.string(),
  versionId: z.string(),
  by: z.string().describe('The ARN of the principal whose word stands.'),
  at: instant,
});

/** A schedule after a change. */
export const ScheduleAnswer = z.object({
  credential: z.string(),
  schedule: z.object({
    expression: z.string(),
    timezone: z.string(),
    flexibleWindow: z.string().optional(),
    state: z.enum(['ENABLED', 'DISABLED']),
  }),
  changed: z.boolean().describe('Whether the call has changed anything.'),
  note: z.string().describe('How long the change lasts.'),
});

export type CredentialView = z.infer<typeof CredentialAnswer>;
export type UnreadableCredential = z.infer<typeof UnreadableAnswer>;
export type CredentialsPage = z.infer<typeof CredentialsAnswer>;
export type RotationView = z.infer<typeof RotationStateAnswer>;
export type ScheduleView = z.infer<typeof ScheduleAnswer>;
export type AcknowledgementView = z.infer<typeof AcknowledgementAnswer>;
