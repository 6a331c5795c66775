import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../credential/errors.ts';
import { FleetRequest } from '../../credential/events/fleet-rotation.ts';
import {
  AcknowledgementAnswer,
  CredentialAnswer,
  CredentialsAnswer,
  RotationStateAnswer,
  ScheduleAnswer,
  UnreadableAnswer,
} from './answers/credential.ts';
import { FindingAnswer } from './answers/finding.ts';
import {
  FleetAcceptedAnswer,
  FleetFailureAnswer,
  FleetRotationAnswer,
  FleetRotationsAnswer,
  FleetSummaryAnswer,
  WaveAnswer,
} from './answers/fleet-rotation.ts';
import { PlanAnswer } from './answers/plan.ts';
import { GatewayAnswer, ProblemAnswer, RotationProblemAnswer } from './answers/problem.ts';
import {
  AcceptedAnswer,
  ConnectorAnswer,
  errorCode,
  FailureAnswer,
  ProofAnswer,
  RotationAnswer,
  TaskAnswer,
} from './answers/rotation.ts';
import { RunAnswer, RunsAnswer } from './answers/run.ts';
import {
  AcknowledgementRequest,
  FleetHeaders,
  PageQuery,
  RecentQuery,
  RollbackRequest,
  RotationRequest,
  RunHeaders,
  ScheduleRequest,
} from './requests.ts';
import type { RouteContract } from './route.ts';

const DocumentAnswer = z.looseObject({ openapi: z.string() });

/** The schemas of answers that have a name of their own in the OpenAPI document. */
export const COMPONENTS = {
  Rotation: RotationAnswer,
  Plan: PlanAnswer,
  Accepted: AcceptedAnswer,
  Run: RunAnswer,
  Runs: RunsAnswer,
  FleetRotation: FleetRotationAnswer,
  FleetRotations: FleetRotationsAnswer,
  FleetSummary: FleetSummaryAnswer,
  FleetAccepted: FleetAcceptedAnswer,
  FleetFailure: FleetFailureAnswer,
  Wave: WaveAnswer,
  Schedule: ScheduleAnswer,
  Credentials: CredentialsAnswer,
  Credential: CredentialAnswer,
  UnreadableCredential: UnreadableAnswer,
  Finding: FindingAnswer,
  Connector: ConnectorAnswer,
  Proof: ProofAnswer,
  Task: TaskAnswer,
  Failure: FailureAnswer,
  ErrorCode: errorCode,
  RotationState: RotationStateAnswer,
  Acknowledgement: AcknowledgementAnswer,
  Problem: ProblemAnswer,
  RotationProblem: RotationProblemAnswer,
  GatewayMessage: GatewayAnswer,
  Document: DocumentAnswer,
} as const satisfies Readonly<Record<string, z.ZodType>>;

const ANY_CALL = ['request-invalid', 'caller-unknown', 'internal-error'] as const satisfies readonly ErrorCode[];
const A_BODY = ['body-not-json', 'body-too-large', 'media-type-unsupported'] as const satisfies readonly ErrorCode[];
const SETTINGS = ['settings-invalid', 'schedule-unavailable', 'schedule-throttled'] as const satisfies ErrorCode[];
const TASKS = ['tasks-unavailable', 'tasks-throttled'] as const satisfies readonly ErrorCode[];
const LEDGER = ['ledger-unavailable', 'ledger-throttled'] as const satisfies readonly ErrorCode[];
const VERSIONS = [
  'store-unavailable',
  'store-throttled',
  'store-forbidden',
  'secret-not-found',
  'secret-deleted',
  'key-unusable',
  'too-many-versions',
] as const satisfies readonly ErrorCode[];
const ONE_CREDENTIAL = [...ANY_CALL, 'credential-unknown', ...SETTINGS, ...VERSIONS] as const;

/** These are about calls that start no run. */
const NO_RUN: readonly ErrorCode[] = [
  'rotation-unknown',
  'connector-not-manual',
  'version-not-current',
  'fleet-rotation-in-progress',
];
const A_RUN = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => !NO_RUN.includes(code));

/** What a call about a fleet rotation may meet. */
const FLEET: ErrorCode[] = [...LEDGER, 'executions-unavailable', 'executions-throttled', 'not-available'];

const GOES_ON = {
  description: 'The run goes on: 25 s have passed, or the call preferred not to wait.',
  schemas: [AcceptedAnswer],
  headers: { Location: 'Where to look.' },
} as const;

const A_PAGE = { schema: PageQuery, next: 'Use limit (1 to 50) and the nextToken of the page before.' } as const;
const RUN_HEADERS = { schema: RunHeaders, next: 'Send a UUID as the Idempotency-Key.' } as const;

/**
 * The routes of the HTTP API, as the gateway names them, and what each takes and answers. The stack, the function, the embedded
 * gateway and the OpenAPI document are made from this table.
 */
export const ROUTES = {
  'GET /openapi.json': {
    name: 'getDocument',
    summary: 'This document.',
    answers: { 200: { description: 'The OpenAPI document of the deployed version.', schemas: [DocumentAnswer] } },
    problems: ANY_CALL,
  },
  'GET /credentials': {
    name: 'listCredentials',
    summary: 'Lists the credentials, a page at a time.',
    query: A_PAGE,
    answers: { 200: { description: 'A page of credentials.', schemas: [CredentialsAnswer] } },
    problems: [...ANY_CALL, ...SETTINGS, ...VERSIONS, ...TASKS],
  },
  'GET /credentials/{id}': {
    name: 'getCredential',
    summary: 'Shows one credential: settings and labels, never a value.',
    answers: { 200: { description: 'The credential.', schemas: [CredentialAnswer] } },
    problems: [...ONE_CREDENTIAL, ...TASKS],
  },
  'POST /credentials/{id}/rotations': {
    name: 'rotate',
    summary: 'Rotates now, and waits up to 25 s; with dryRun, tells what a run would do.',
    headers: RUN_HEADERS,
    body: {
      schema: RotationRequest,
      next: 'Send {}, or an object with "reason", "force", "attended", "leaveBehind", "revokePrevious" and "dryRun".',
    },
    answers: {
      200: {
        description: 'The rotation; with dryRun, what a run would do now.',
        schemas: [RotationAnswer, PlanAnswer],
      },
      202: GOES_ON,
    },
    problems: A_RUN,
    runs: true,
  },
  'GET /credentials/{id}/rotations': {
    name: 'listRotations',
    summary: 'Lists the runs about a credential, newest first, a page at a time.',
    query: A_PAGE,
    answers: { 200: { description: 'A page of runs.', schemas: [RunsAnswer] } },
    problems: [...ANY_CALL, 'credential-unknown', ...SETTINGS, ...LEDGER],
  },
  'GET /credentials/{id}/rotations/{rotationId}': {
    name: 'getRotation',
    summary: "Shows a run by its request id or its rotation's, or where a rotation stands by its labels.",
    answers: {
      200: {
        description: 'The run; of a rotation that the ledger does not know, its labels.',
        schemas: [RunAnswer, RotationStateAnswer],
      },
    },
    problems: [...ONE_CREDENTIAL, ...LEDGER, 'rotation-unknown'],
  },
  'POST /credentials/{id}/rollback': {
    name: 'rollBack',
    summary: 'Goes back to the previous document, by a rotation whose new secret is the previous one.',
    headers: RUN_HEADERS,
    body: { schema: RollbackRequest, next: 'Send {}, or an object with "reason", "force" and "attended".' },
    answers: { 200: { description: 'The rotation.', schemas: [RotationAnswer] }, 202: GOES_ON },
    problems: A_RUN,
    runs: true,
  },
  'POST /rotations': {
    name: 'rotateMany',
    summary: 'Rotates many credentials, wave by wave; with dryRun, chooses them and rotates nothing.',
    headers: { schema: FleetHeaders, next: 'Send a UUID as the Idempotency-Key.' },
    body: {
      schema: FleetRequest,
      next: 'Send an object with "select", and where needed "waves", "tolerated", "maxConcurrency", "reason", "force", "revokePrevious" and "dryRun".',
    },
    answers: {
      202: {
        description: 'It was begun, now or by an earlier call with the same key.',
        schemas: [FleetAcceptedAnswer],
        headers: { Location: 'Where to look.' },
      },
    },
    problems: [...ANY_CALL, ...A_BODY, ...FLEET, 'idempotency-key-reused', 'fleet-rotation-in-progress'],
  },
  'GET /rotations': {
    name: 'listFleetRotations',
    summary: 'Lists the last rotations of many credentials, newest first, without dry runs.',
    query: { schema: RecentQuery, next: 'Use limit (1 to 50).' },
    answers: { 200: { description: 'The last ones.', schemas: [FleetRotationsAnswer] } },
    problems: [...ANY_CALL, ...FLEET],
  },
  'GET /rotations/{executionId}': {
    name: 'getFleetRotation',
    summary: 'Shows how far a rotation of many credentials is, wave by wave, and what failed.',
    answers: { 200: { description: 'The progress.', schemas: [FleetRotationAnswer] } },
    problems: [...ANY_CALL, ...FLEET, 'rotation-unknown'],
  },
  'DELETE /rotations/{executionId}': {
    name: 'stopFleetRotation',
    summary: 'Lets no further run of it begin. What has begun is finished.',
    answers: { 200: { description: 'The progress.', schemas: [FleetRotationAnswer] } },
    problems: [...ANY_CALL, ...FLEET, 'rotation-unknown'],
  },
  'PATCH /credentials/{id}/schedule': {
    name: 'changeSchedule',
    summary: 'Pauses, resumes or moves the schedule of a credential, until a deployment takes that back.',
    body: {
      schema: ScheduleRequest,
      next: 'Send an object with at least one of "state", "expression", "timezone" and "flexibleWindow".',
    },
    answers: { 200: { description: 'The schedule as it is now.', schemas: [ScheduleAnswer] } },
    problems: [...ANY_CALL, ...A_BODY, 'credential-unknown', ...SETTINGS],
  },
  'POST /credentials/{id}/connectors/{name}/acknowledgement': {
    name: 'acknowledge',
    summary: "Notes the caller's word that the current secret was entered in a manual connector.",
    body: {
      schema: AcknowledgementRequest,
      next: 'Send {"versionId": "…"}: the version that was entered in the connector.',
    },
    answers: { 200: { description: 'The word that stands.', schemas: [AcknowledgementAnswer] } },
    problems: [
      ...ONE_CREDENTIAL,
      ...TASKS,
      ...A_BODY,
      'connector-unknown',
      'connector-not-manual',
      'version-not-current',
    ],
  },
} as const satisfies Readonly<Record<`${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`, RouteContract>>;

export type Route = keyof typeof ROUTES;

/** What a route takes and answers. */
export function contractOf(route: Route): RouteContract {
  return ROUTES[route];
}

/** Whether the gateway's name of a route is in the table. */
export function isRoute(routeKey: string): routeKey is Route {
  return Object.hasOwn(ROUTES, routeKey);
}
