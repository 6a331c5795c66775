import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { dynamoDbAuditRecords } from './adapters/dynamodb/audit-records.ts';
import { dynamoDbRequestIds } from './adapters/dynamodb/idempotency.ts';
import { secretsManagerStore } from './adapters/secrets-manager/store.ts';
import { type AcknowledgementsDeps, acknowledge } from './api/acknowledgements.ts';
import { type Call, readCall } from './api/call.ts';
import type { ApiEvent } from './api/caller.ts';
import { openApiDocument } from './api/contract/openapi.ts';
import { isRoute, type Route } from './api/contract/routes.ts';
import { type CredentialsDeps, credentialsPage, credentialView } from './api/credentials.ts';
import { type ApiResponse, json, problem } from './api/problem.ts';
import { type HistoryDeps, runsPage, runView } from './api/runs/history.ts';
import { type RequestDeps, requestRun } from './api/runs/request.ts';
import { wishesOf } from './api/runs/wishes.ts';
import { changeSchedule, type ScheduleDeps } from './api/schedule.ts';
import { describeError, isRotationError } from './credential/errors.ts';
import { requestIdAt } from './credential/events/request-id.ts';
import { clientOptions, type Deployed, lazily, requestHandlerOf } from './lambda/compose.ts';
import { observed, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';

type Deps = CredentialsDeps &
  HistoryDeps &
  RequestDeps &
  AcknowledgementsDeps &
  ScheduleDeps &
  Pick<Telemetry, 'logger'>;
type Answer<R extends Route> = (call: Call<R>, deps: Deps) => Promise<ApiResponse>;

/** The gateway answers within 30 s, whatever goes on behind it. */
const WAIT_MS = 25_000;
/** How long one try of a call to the table may take, in milliseconds. */
const TABLE_MS = 3000;

const ANSWERS: { readonly [R in Route]: Answer<R> } = {
  'GET /openapi.json': async () => json(200, document()),
  'GET /credentials': async ({ query }, deps) => json(200, await credentialsPage(query, deps)),
  'GET /credentials/{id}': async ({ id }, deps) => json(200, await credentialView(id, deps)),
  'POST /credentials/{id}/rotations': async ({ id, headers, body, caller }, deps) =>
    await requestRun({ id, body, requestedBy: caller }, wishesOf(headers), deps),
  'GET /credentials/{id}/rotations': async ({ id, query }, deps) => json(200, await runsPage(id, query, deps)),
  'GET /credentials/{id}/rotations/{rotationId}': async ({ id, path }, deps) =>
    json(200, await runView(id, path.rotationId ?? '', deps)),
  'POST /credentials/{id}/rollback': async ({ id, headers, body, caller }, deps) =>
    await requestRun({ id, body: { ...body, rollback: true }, requestedBy: caller }, wishesOf(headers), deps),
  'PATCH /credentials/{id}/schedule': async ({ id, body, caller }, deps) => {
    const answer = await changeSchedule(id, body, deps);
    deps.logger.info('schedule', { credential: id, requestedBy: caller, answer: JSON.parse(answer.body) });
    return answer;
  },
  'POST /credentials/{id}/connectors/{name}/acknowledgement': async ({ id, path, body, caller }, deps) =>
    json(200, await acknowledge({ id, connector: path.name ?? '', versionId: body.versionId, by: caller }, deps)),
};

/** Made when it is first asked for. */
let made: object | undefined;
const document = () => (made ??= openApiDocument());

/** Makes the HTTP API. Who may call it is decided before, by the gateway's authorizer. */
export function createApiHandler(deployed: () => Deployed, telemetry: Telemetry = telemetryOfLambda) {
  let known: Deps | undefined;
  return observed(async (event: ApiEvent): Promise<ApiResponse> => {
    known ??= { ...dependencies(deployed()), logger: telemetry.logger };
    const credential = event.pathParameters?.id;
    try {
      return await answerTo(event, known);
    } catch (error) {
      const { code, detail, next } = describeError(error);
      if (!isRotationError(error)) telemetry.logger.error('unforeseen', { routeKey: event.routeKey, detail });
      const pointer = isRotationError(error) ? error.pointer : undefined;
      return problem(code, { detail, credential, nothingChanged: changedNothing(event, error), next, pointer });
    }
  }, telemetry);
}

/** The HTTP API. */
export const handler = createApiHandler(lazily(process.env));

/** @throws {Error} when the table of routes has no such route */
async function answerTo(event: ApiEvent, deps: Deps): Promise<ApiResponse> {
  const { routeKey } = event;
  if (!isRoute(routeKey)) throw new Error(`No route for ${routeKey}: the stack and the function differ`);
  const read = readCall(routeKey, event);
  return 'statusCode' in read ? read : await (ANSWERS[routeKey] as Answer<typeof routeKey>)(read.call, deps);
}

function dependencies({ environment, world, aws }: Deployed): Omit<Deps, 'logger'> {
  const { TABLE_NAME: tableName, timing } = environment;
  const requestHandler = requestHandlerOf({ httpTimeoutMs: TABLE_MS });
  // Whoever says how AWS is reached may also bring what carries the calls.
  const table = new DynamoDBClient({ requestHandler, ...clientOptions(aws, 'dynamoDb') });
  return {
    schedules: world.schedules,
    storeOf: (id) => secretsManagerStore(world.secretsManager, `${environment.PREFIX}/${id}`),
    tasksOf: (id) => world.tasks(id),
    auditRecords: dynamoDbAuditRecords(table, { tableName }),
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
