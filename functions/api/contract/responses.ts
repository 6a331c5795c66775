import type { ErrorCode } from '../../credential/errors.ts';
import { TROUBLE } from './answers/problem.ts';
import { type Json, oneOf, refTo } from './json-schema.ts';
import type { AnswerContract, RouteContract } from './route.ts';
import { COMPONENTS } from './routes.ts';
import { STATUSES } from './statuses.ts';

/** What the gateway answers by itself, on every route. */
const GATEWAY: Readonly<Record<number, string>> = {
  400: 'The path cannot be decoded.',
  401: 'Where callers bring tokens: there is no token, or it is not valid.',
  403: 'The call is not signed, or not allowed; the token lacks the scope.',
  404: 'There is no such route.',
  413: 'The request is too large for the gateway.',
  429: 'Too many calls.',
  431: 'The headers are too large.',
  500: 'The function could not answer.',
  503: 'The gateway or the function is not available.',
};

/** Every answer of one route: its own, its problems, and the gateway's. */
export function responsesOf(contract: RouteContract): Json {
  const { answers, problems } = contract;
  const codes = Map.groupBy(problems, (code): number => STATUSES[code]);
  const statuses = new Set([...Object.keys(GATEWAY).map(Number), ...codes.keys()]);
  const failures = [...statuses].map((status) => {
    const ofStatus = codes.get(status);
    const response = ofStatus && failureOf(status, problemsOf(status, ofStatus, contract));
    return [status, response ?? { $ref: `#/components/responses/Gateway${status}` }];
  });
  const successes = Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]);
  // Numbers as names of members stand in their order.
  return Object.fromEntries([...successes, ...failures]);
}

function answerOf({ description, schemas, headers = {} }: AnswerContract): Json {
  const said = Object.entries(headers).map(([name, text]) => [
    name,
    headerOf(text, { required: true, type: 'string' }),
  ]);
  return {
    description,
    ...(said.length > 0 && { headers: Object.fromEntries(said) }),
    content: { 'application/json': { schema: oneOf(schemas.map(refTo)) } },
  };
}

function headerOf(description: string, { required, type }: { required: boolean; type: string }): Json {
  return { description, required, schema: { type } };
}

/** What the gateway answers by itself, where the function answers nothing at the same status. */
export function gatewayResponses(): Json {
  return Object.fromEntries(Object.keys(GATEWAY).map((status) => [`Gateway${status}`, failureOf(Number(status))]));
}

/** A status at which the function answers with a problem, the gateway with its message, or either. */
function failureOf(status: number, problem?: Problems): Json {
  const ofGateway = GATEWAY[status];
  const words = [problem && `Problem: ${problem.codes.join(', ')}.`, ofGateway && `Gateway: ${ofGateway}`];
  const mayWait = status === 409 || status === 503;
  return {
    description: words.filter(Boolean).join(' '),
    ...(mayWait && { headers: { 'Retry-After': headerOf('Seconds.', { required: false, type: 'integer' }) } }),
    content: {
      ...(problem && { 'application/problem+json': { schema: problem.schema } }),
      ...(ofGateway && { 'application/json': { schema: refTo(COMPONENTS.GatewayMessage) } }),
    },
  };
}

/** The problems of one route and status. */
interface Problems {
  readonly codes: readonly string[];
  readonly schema: Json;
}

function problemsOf(status: number, ofStatus: readonly ErrorCode[], { runs = false }: RouteContract): Problems {
  const codes = runs && status === 502 ? [...ofStatus, ...TROUBLE] : ofStatus;
  const forms = runs ? [COMPONENTS.Problem, COMPONENTS.RotationProblem] : [COMPONENTS.Problem];
  const narrowed = { properties: { status: { const: status }, code: { enum: codes } } };
  return { codes, schema: { allOf: [oneOf(forms.map(refTo)), narrowed] } };
}
