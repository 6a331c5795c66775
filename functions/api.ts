import { type Call, readCall } from './api/call.ts';
import type { ApiEvent } from './api/caller.ts';
import { openApiDocument } from './api/contract/openapi.ts';
import { isRoute, type Route } from './api/contract/routes.ts';
import { type AcknowledgementsDeps, acknowledge } from './api/credentials/acknowledgements.ts';
import { type CredentialDeps, credentialView } from './api/credentials/credential.ts';
import { credentialsPage, type PageDeps } from './api/credentials/page.ts';
import {
  type FleetRotationsDeps,
  fleetRotationsList,
  fleetRotationView,
  stopFleetRotation,
} from './api/many/fleet-rotations.ts';
import { startFleetRotation } from './api/many/start.ts';
import { type ApiResponse, json, problem } from './api/problem.ts';
import { type HistoryDeps, runsPage, runView } from './api/runs/history.ts';
import { type RequestDeps, requestRun } from './api/runs/request.ts';
import { wishesOf } from './api/runs/wishes.ts';
import { changeSchedule, type ScheduleDeps } from './api/schedule.ts';
import { describeError, isRotationError } from './credential/errors.ts';
import { composeApi, type DeployedApi } from './lambda/compose/api.ts';
import { logger, type Observers, observed } from './lambda/observed.ts';

type Deps = CredentialDeps &
  PageDeps &
  HistoryDeps &
  RequestDeps &
  AcknowledgementsDeps &
  FleetRotationsDeps &
  ScheduleDeps &
  Pick<Observers, 'logger'>;
type Answer<R extends Route> = (call: Call<R>, deps: Deps) => Promise<ApiResponse>;

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
  'POST /rotations': async ({ headers, body, caller }, deps) =>
    await startFleetRotation({ body, requestedBy: caller, key: headers['idempotency-key'] }, deps),
  'GET /rotations': async ({ query }, deps) => json(200, await fleetRotationsList(query, deps)),
  'GET /rotations/{executionId}': async ({ path }, deps) =>
    json(200, await fleetRotationView(path.executionId ?? '', deps)),
  'DELETE /rotations/{executionId}': async ({ path, caller }, deps) =>
    json(200, await stopFleetRotation({ executionId: path.executionId ?? '', by: caller }, deps)),
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
export function createApiHandler(deployed: () => DeployedApi, observers: Observers = { logger }) {
  let known: Deps | undefined;
  return observed(async (event: ApiEvent): Promise<ApiResponse> => {
    known ??= { ...deployed(), logger: observers.logger };
    const credential = event.pathParameters?.id;
    try {
      return await answerTo(event, known);
    } catch (error) {
      const { code, detail, next } = describeError(error);
      if (!isRotationError(error)) observers.logger.error('unforeseen', { routeKey: event.routeKey, detail });
      const pointer = isRotationError(error) ? error.pointer : undefined;
      return problem(code, { detail, credential, nothingChanged: changedNothing(event, error), next, pointer });
    }
  }, observers);
}

/** The HTTP API. */
export const handler = createApiHandler(composeApi(process.env));

/** @throws {Error} when the table of routes has no such route */
async function answerTo(event: ApiEvent, deps: Deps): Promise<ApiResponse> {
  const { routeKey } = event;
  if (!isRoute(routeKey)) throw new Error(`No route for ${routeKey}: the stack and the function differ`);
  const read = readCall(routeKey, event);
  return 'statusCode' in read ? read : await (ANSWERS[routeKey] as Answer<typeof routeKey>)(read.call, deps);
}

/** Whether all is as it was; null when that is not known. A read changes nothing, and an error of ours tells what was changed. */
function changedNothing({ routeKey }: ApiEvent, error: unknown): true | null {
  if (routeKey.startsWith('GET ')) return true;
  return isRotationError(error) && error.changed === false ? true : null;
}
