import * as z from 'zod';
import type { ErrorCode } from '../../credential/errors.ts';
import { TROUBLE } from './answers/problem.ts';
import { PATH_PARAMETERS } from './requests.ts';
import type { AnswerContract, Form, RouteContract } from './route.ts';
import { COMPONENTS, ROUTES } from './routes.ts';
import { STATUSES } from './statuses.ts';

/** The version of the package, which `test/openapi.test.ts` compares. */
const VERSION = '0.1.0';

/** What the gateway answers by itself, on every route. */
const GATEWAY: Readonly<Record<number, string>> = {
  400: 'The path cannot be decoded.',
  403: 'The call is not signed, or not allowed.',
  404: 'There is no such route.',
  413: 'The request is too large for the gateway.',
  429: 'Too many calls.',
  431: 'The headers are too large.',
  500: 'The function could not answer.',
  503: 'The gateway or the function is not available.',
};

/** Signature Version 4 as OpenAPI can say it: a header that is made of the whole request. */
const SIGV4 = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  description: 'AWS Signature Version 4 for the service execute-api.',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};

/** The dialect of OpenAPI 3.1, without what says nothing to a reader: the pattern of an instant, and what JavaScript can count. */
const FORM: z.core.ToJSONSchemaParams = {
  target: 'draft-2020-12',
  override: ({ jsonSchema }) => {
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
};

type Json = Readonly<Record<string, unknown>>;

/**
 * The OpenAPI document of the HTTP API.
 *
 * @param routes the table of routes
 * @see [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html)
 */
export function openApiDocument(routes: Readonly<Record<string, RouteContract>> = ROUTES): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [route, contract] of Object.entries(routes)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(path, contract) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'client-secret-rotation',
      version: VERSION,
      summary: 'Rotates OAuth 2.0 client secrets in an IAM, AWS Secrets Manager and OData connectors.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: "The stack's output ApiUrl." }],
    security: [{ sigv4: [] }],
    paths,
    components: { securitySchemes: { sigv4: SIGV4 }, responses: gatewayResponses(), schemas: componentSchemas() },
  };
}

function operationOf(path: string, contract: RouteContract): Json {
  const { name, summary, body } = contract;
  const parameters = [
    ...pathParameters(path),
    ...fieldsOf('query', contract.query),
    ...fieldsOf('header', contract.headers),
  ];
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBodyOf(body) }),
    responses: responsesOf(contract),
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const schema = PATH_PARAMETERS[name as keyof typeof PATH_PARAMETERS];
    return { name, in: 'path', required: true, ...described(schemaOf(schema)) };
  });
}

/** The members of a query or of the headers. */
function fieldsOf(place: 'query' | 'header', form: Form | undefined): Json[] {
  const { properties = {}, required = [] } = form ? schemaOf(form.schema) : {};
  return Object.entries(properties as Readonly<Record<string, Json>>).map(([name, schema]) => ({
    name,
    in: place,
    required: (required as string[]).includes(name),
    ...described(schema),
  }));
}

function described({ description, ...schema }: Json): Json {
  return { ...(description !== undefined && { description }), schema };
}

function requestBodyOf({ schema }: Form): Json {
  return { required: !schema.safeParse({}).success, content: { 'application/json': { schema: schemaOf(schema) } } };
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, { ...FORM, io: 'input' });
  return json;
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { ...FORM, uri, io: 'output' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

function responsesOf(contract: RouteContract): Json {
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
function gatewayResponses(): Json {
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

/** Any of some schemas. */
function oneOf(schemas: readonly Json[]): Json {
  return schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas };
}

/** @throws {Error} for a schema without a name, which would be written out at every place */
function refTo(schema: z.ZodType): Json {
  const named = Object.entries(COMPONENTS).find(([, component]) => component === schema);
  if (!named) throw new Error('A schema of an answer is missing in COMPONENTS');
  return { $ref: `#/components/schemas/${named[0]}` };
}
