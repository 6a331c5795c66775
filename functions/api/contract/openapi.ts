import { componentSchemas, type Json, schemaOf } from './json-schema.ts';
import { PATH_PARAMETERS } from './requests.ts';
import { gatewayResponses, responsesOf } from './responses.ts';
import type { Form, RouteContract } from './route.ts';
import { ROUTES } from './routes.ts';
import { scopeOf } from './scopes.ts';

/** The version of the package, which `test/openapi.test.ts` compares. */
const VERSION = '0.1.0';

/** Signature Version 4 as OpenAPI can say it: a header that is made of the whole request. */
const SIGV4 = {
  type: 'apiKey',
  in: 'header',
  name: 'Authorization',
  description: 'AWS Signature Version 4 for the service execute-api.',
  'x-amazon-apigateway-authtype': 'awsSigv4',
};

/** Where the deployment's context `jwt` names an issuer, tokens take the place of signatures. */
const JWT = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'Instead of sigv4, where the deployment names an issuer of tokens: a token with the scope of the call.',
};

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
    const security = [{ sigv4: [] }, { jwt: [scopeOf(route)] }];
    paths[path] = { ...paths[path], [method.toLowerCase()]: { ...operationOf(path, contract), security } };
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
    paths,
    components: {
      securitySchemes: { sigv4: SIGV4, jwt: JWT },
      responses: gatewayResponses(),
      schemas: componentSchemas(),
    },
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
