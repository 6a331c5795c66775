import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import * as z from 'zod';
import { dynamoDbRequestIds } from './adapters/dynamodb/idempotency.ts';
import { secretsManagerStore } from './adapters/secrets-manager/store.ts';
import { type AcknowledgementsDeps, acknowledge } from './api/acknowledgements.ts';
import { readAcknowledgement, readBody, readRollback, readSchedule } from './api/body.ts';
import { credentialsPage, credentialView } from './api/credentials.ts';
import { faultsDetail, faultsIn } from './api/faults.ts';
import { type ApiResponse, json, problem } from './api/problem.ts';
import type { RotationCall } from './api/rotations.ts';
import { ROUTES, type Route } from './api/routes.ts';
import { type HistoryDeps, runsPage, runView } from './api/runs/history.ts';
import { type RequestDeps, requestRun } from './api/runs/request.ts';
import { readWishes } from './api/runs/wishes.ts';
import { changeSchedule, type ScheduleDeps } from './api/schedule.ts';
import { describeError, isRotationError, RotationError } from './credential/errors.ts';
import { requestIdAt } from './credential/events/request-id.ts';
import { ID, ID_RULE } from './credential/settings/parts.ts';
import { clientOptions, type Deployed, lazily } from './lambda/compose.ts';
import { observed, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';

type ApiEvent = APIGatewayProxyEventV2WithIAMAuthorizer;
type Deps = HistoryDeps & RequestDeps & AcknowledgementsDeps & ScheduleDeps & Pick<Telemetry, 'logger'>;
type Answer = (event: ApiEvent, deps: Deps) => Promise<ApiResponse>;

/** The gateway answers within 30 s, whatever goes on behind it. */
const WAIT_MS = 25_000;
/** How long one try of a call to the table may take, in milliseconds. */
const TABLE_MS = 1000;

const ANSWERS: Readonly<Record<Route, Answer>> = {
  'POST /credentials/{id}/rotations': async (event, deps) => {
    const id = idOf(event);
    const body = readBody(event);
    return 'statusCode' in body ? body : await requested({ id, body, event }, deps);
  },
  'POST /credentials/{id}/rollback': async (event, deps) => {
    const id = idOf(event);
    const body = readRollback(event);
    return 'statusCode' in body ? body : await requested({ id, body: { ...body, rollback: true }, event }, deps);
  },
  'PATCH /credentials/{id}/schedule': async (event, deps) => {
    const id = idOf(event);
    const body = readSchedule(event);
    if ('statusCode' in body) return body;
    const answer = await changeSchedule(id, body, deps);
    deps.logger.info('schedule', { credential: id, requestedBy: callerOf(event), answer: JSON.parse(answer.body) });
    return answer;
  },
  'GET /credentials': async (event, deps) => {
    const page = PageQuery.safeParse(event.queryStringParameters ?? {});
    return page.success ? json(200, await credentialsPage(page.data, deps)) : invalidQuery(page.error);
  },
  'GET /credentials/{id}': async (event, deps) => json(200, await credentialView(idOf(event), deps)),
  'GET /credentials/{id}/rotations': async (event, deps) => {
    const id = idOf(event);
    const page = PageQuery.safeParse(event.queryStringParameters ?? {});
    return page.success ? json(200, await runsPage(id, page.data, deps)) : invalidQuery(page.error);
  },
  'GET /credentials/{id}/rotations/{rotationId}': async (event, deps) =>
    json(200, await runView(idOf(event), event.pathParameters?.rotationId ?? '', deps)),
  'POST /credentials/{id}/connectors/{name}/acknowledgement': async (event, deps) => {
    const id = idOf(event);
    const body = readAcknowledgement(event);
    if ('statusCode' in body) return body;
    // As the gateway has decoded it, like the id.
    const connector = event.pathParameters?.name ?? '';
    return json(200, await acknowledge({ id, connector, versionId: body.versionId, by: callerOf(event) }, deps));
  },
};

/** What a call with a body asks for, by its headers too. */
async function requested(
  { id, body, event }: { id: string; body: RotationCall['body']; event: ApiEvent },
  deps: Deps,
): Promise<ApiResponse> {
  const wishes = readWishes(event.headers);
  if ('statusCode' in wishes) return wishes;
  return await requestRun({ id, body, requestedBy: callerOf(event) }, wishes, deps);
}

const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(50).default(25),
  nextToken: z.string().min(1).optional(),
});

/** Makes the HTTP API. Who may call it is decided before, by the gateway's IAM authorizer. */
export function createApiHandler(deployed: () => Deployed, telemetry: Telemetry = telemetryOfLambda) {
  let known: Deps | undefined;
  return observed(async (event: ApiEvent): Promise<ApiResponse> => {
    known ??= { ...dependencies(deployed()), logger: telemetry.logger };
    const credential = event.pathParameters?.id;
    try {
      return await answerTo(event.routeKey)(event, known);
    } catch (error) {
      const { code, detail, next } = describeError(error);
      if (!isRotationError(error)) telemetry.logger.error('unforeseen', { routeKey: event.routeKey, detail });
      return problem(code, { detail, credential, nothingChanged: changedNothing(event, error), next });
    }
  }, telemetry);
}

/** The HTTP API. */
export const handler = createApiHandler(lazily(process.env));

/** @throws {Error} when there is none */
function answerTo(routeKey: string): Answer {
  const route = ROUTES.find((one) => one === routeKey);
  if (!route) throw new Error(`No route for ${routeKey}: the stack and the function differ`);
  return ANSWERS[route];
}

function dependencies({ environment, world, aws }: Deployed): Omit<Deps, 'logger'> {
  const { TABLE_NAME: tableName, timing } = environment;
  const requestHandler = { connectionTimeout: TABLE_MS, requestTimeout: TABLE_MS, throwOnRequestTimeout: true };
  const table = new DynamoDBClient({ ...clientOptions(aws, 'dynamoDb'), requestHandler });
  return {
    schedules: world.schedules,
    storeOf: (id) => secretsManagerStore(world.secretsManager, `${environment.PREFIX}/${id}`),
    tasksOf: (id) => world.tasks(id),
    ledgerOf: (id) => world.ledger(id, () => TABLE_MS),
    requestIdsOf: (id) => dynamoDbRequestIds(table, id, { tableName }),
    newRequestId: () => requestIdAt(world.now(), world.newId()),
    leaseMs: timing.leaseMs,
    local: environment.local,
    now: world.now,
    sleep: world.sleep,
    // A second try by the SDK would be a second rotation.
    lambda: new LambdaClient({ ...clientOptions(aws, 'lambda'), maxAttempts: 1 }),
    rotateFunctionName: environment.ROTATE_FUNCTION_ARN,
    waitMs: WAIT_MS,
  };
}

/** Whether all is as it was; null when that is not known. A read changes nothing, and an error of ours tells what was changed. */
function changedNothing({ routeKey }: ApiEvent, error: unknown): true | null {
  if (routeKey.startsWith('GET ')) return true;
  return isRotationError(error) && error.changed === false ? true : null;
}

/** Who signed the call. */
function callerOf({ requestContext }: ApiEvent): string {
  return requestContext.authorizer.iam.userArn;
}

/**
 * The credential's id, as the gateway has decoded it. It is not decoded again: IAM has decided about this one.
 *
 * @throws {RotationError} `credential-unknown` when no credential can have it
 */
function idOf({ pathParameters }: ApiEvent): string {
  const id = pathParameters?.id ?? '';
  if (ID.test(id)) return id;
  throw new RotationError('credential-unknown', `No credential can have this id: it ${ID_RULE}`);
}

function invalidQuery(error: z.ZodError): ApiResponse {
  const { errors, omitted } = faultsIn(error);
  const detail = faultsDetail('The query', omitted);
  const next = 'Use limit (1 to 50) and the nextToken of the page before.';
  return problem('request-invalid', { detail, nothingChanged: true, next, errors });
}
