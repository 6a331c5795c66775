import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as z from 'zod';
import { openApiDocument } from '../../functions/api/contract/openapi.ts';
import type { RouteContract } from '../../functions/api/contract/route.ts';
import { COMPONENTS, ROUTES } from '../../functions/api/contract/routes.ts';
import { STATUSES } from '../../functions/api/contract/statuses.ts';
import { OPENAPI_FILE } from '../../infra/openapi.ts';

const published = JSON.parse(readFileSync(OPENAPI_FILE, 'utf8'));

/** A route as an example of what a table can say. */
const EXAMPLE: RouteContract = {
  name: 'example',
  summary: 'An example.',
  query: { schema: z.strictObject({ page: z.int(), size: z.int().optional() }), next: 'n' },
  headers: { schema: z.object({ 'idempotency-key': z.string().min(1).optional().describe('Yours.') }), next: 'n' },
  body: { schema: z.strictObject({ state: z.string() }), next: 'n' },
  answers: { 202: { description: 'Goes on.', schemas: [COMPONENTS.Accepted], headers: { Location: 'Where.' } } },
  problems: ['frozen', 'too-soon', 'store-throttled', 'credential-unknown'],
};

/** The operation that the document makes of the example. */
function exampleOperation(contract: RouteContract = EXAMPLE) {
  const { paths } = openApiDocument({ 'PATCH /credentials/{id}/example': contract }) as {
    paths: Record<string, Record<string, never>>;
  };
  return paths['/credentials/{id}/example']?.patch as never as typeof published.paths.x.patch;
}

describe('docs/openapi.json', () => {
  it('is what the code makes: after a change of a schema or a route, run npm run openapi', () => {
    expect(openApiDocument()).toEqual(published);
  });

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(published);
    expect([valid, errors]).toEqual([true, undefined]);
    expect(published.openapi).toMatch(/^3\.1\./);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(published.info.version).toBe(version);
  });

  it('has every route, and no other', () => {
    const operations = Object.entries(published.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(Object.entries(ROUTES))(
    "%s: has the status of every problem, and the gateway's own",
    (route, { problems }) => {
      const [method = '', path = ''] = route.split(' ');
      const { responses } = published.paths[path][method.toLowerCase()];
      const statuses = problems.map((code) => String(STATUSES[code]));
      expect(Object.keys(responses)).toEqual(expect.arrayContaining([...statuses, '401', '403', '404', '429', '503']));
    },
  );

  it.each(Object.keys(ROUTES))('%s: is signed, or brings a token with the scope of the route', (route) => {
    const [method = '', path = ''] = route.split(' ');
    const scope = method === 'GET' ? 'rotation:read' : 'rotation:write';
    expect(published.paths[path][method.toLowerCase()].security).toEqual([{ sigv4: [] }, { jwt: [scope] }]);
  });

  it('says how calls are signed, and what tokens are', () => {
    expect(published.components.securitySchemes).toMatchObject({
      sigv4: { type: 'apiKey', 'x-amazon-apigateway-authtype': 'awsSigv4' },
      jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });
});

describe('every JSON example in docs/api.md', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(published, 'document');
  const schemas = Object.keys(published.components.schemas).map((name) => `#/components/schemas/${name}`);
  const bodies = [
    'post /credentials/{id}/connectors/{name}/acknowledgement',
    'patch /credentials/{id}/schedule',
    'post /rotations',
  ];
  const requests = bodies.map((route) => {
    const [method, path = ''] = route.split(' ');
    const place = encodeURIComponent(path.replaceAll('/', '~1'));
    return `#/paths/${place}/${method}/requestBody/content/application~1json/schema`;
  });
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const all = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) => JSON.parse(text));
  // The policy is none of the API's: test/e2e/calls.real.test.ts gives it to an operator.
  const examples = all.filter((example) => !('Statement' in example));

  it('is there to be looked at', () => {
    expect(examples.length).toBeGreaterThanOrEqual(7);
  });

  it.each(examples)('is what the document describes: %j', (example) => {
    const fitting = [...schemas, ...requests].filter((schema) => ajv.validate({ $ref: `document${schema}` }, example));
    expect(fitting).not.toEqual([]);
  });
});

describe('an operation', () => {
  it('names what stands in the path, the query and the headers', () => {
    const { parameters } = exampleOperation();
    expect(parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { pattern: expect.any(String) } },
      { name: 'page', in: 'query', required: true },
      { name: 'size', in: 'query', required: false },
      { name: 'idempotency-key', in: 'header', required: false, description: 'Yours.', schema: { minLength: 1 } },
    ]);
  });

  it('needs a body where an empty one is refused', () => {
    expect(exampleOperation().requestBody).toMatchObject({ required: true });
    const body = { schema: z.strictObject({ state: z.string().optional() }), next: 'n' };
    expect(exampleOperation({ ...EXAMPLE, body }).requestBody).toMatchObject({ required: false });
  });

  it('answers with what the table says, and tells which header comes along', () => {
    const { responses } = exampleOperation();
    expect(responses['202']).toEqual({
      description: 'Goes on.',
      headers: { Location: { description: 'Where.', required: true, schema: { type: 'string' } } },
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Accepted' } } },
    });
    expect(responses['409'].headers).toHaveProperty('Retry-After');
    expect(responses['503'].headers).toHaveProperty('Retry-After');
  });

  it('tells the codes of each status', () => {
    const { schema } = exampleOperation().responses['409'].content['application/problem+json'];
    expect(schema).toEqual({
      allOf: [
        { $ref: '#/components/schemas/Problem' },
        { properties: { status: { const: 409 }, code: { enum: ['frozen', 'too-soon'] } } },
      ],
    });
  });

  it("tells the gateway's answer beside the function's where both have a status", () => {
    const { responses } = exampleOperation();
    expect(Object.keys(responses['404'].content)).toEqual(['application/problem+json', 'application/json']);
    expect(responses['429']).toEqual({ $ref: '#/components/responses/Gateway429' });
  });

  it('can only answer with schemas that have a name', () => {
    const answers = { 200: { description: 'Nameless.', schemas: [z.object({})] } };
    expect(() => exampleOperation({ ...EXAMPLE, answers })).toThrow('COMPONENTS');
  });
});
