import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { ROUTES } from '../../functions/api/contract/routes.ts';
import type { ApiResponse } from '../../functions/api/problem.ts';
import { OPENAPI_FILE } from '../../infra/openapi.ts';

const CONTEXT = { functionName: 'api', awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 } as unknown as Context;

let handler: (event: never, context: Context) => Promise<unknown>;

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-north-1',
    PREFIX: 'csr',
    ALLOWED_HOSTS: 'acme.example.com',
    FUNCTION_TIMEOUT: 'PT90S',
    HTTP_TIMEOUT: 'PT10S',
    SCHEDULE_GROUP: 'csr',
    ONCE_GROUP: 'csr-once',
    SCHEDULER_ROLE_ARN: 'arn:role',
    DLQ_ARN: 'arn:dlq',
    TABLE_NAME: 'csr',
    ROTATE_FUNCTION_ARN: 'arn:rotate',
    RETIRE_FUNCTION_ARN: 'arn:retire',
  });
  ({ handler } = (await import('../../functions/api.ts')) as unknown as { handler: typeof handler });
});

async function call(routeKey: string, event: object = {}): Promise<ApiResponse & { json: Record<string, unknown> }> {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const requestContext = { authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/eve' } } };
  try {
    const answer = (await handler({ routeKey, requestContext, ...event } as never, CONTEXT)) as ApiResponse;
    return { ...answer, json: JSON.parse(answer.body) };
  } finally {
    jest.restoreAllMocks();
  }
}

describe('the HTTP API', () => {
  it.each([
    ['{"colour":"red"}', false, '/colour'],
    [Buffer.from('{"reason":42}').toString('base64'), true, '/reason'],
  ])('refuses a body before anything is called: %s', async (body, isBase64Encoded, pointer) => {
    const pathParameters = { id: 'acme-prod' };
    const answer = await call('POST /credentials/{id}/rotations', { body, isBase64Encoded, pathParameters });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([422, 'application/problem+json']);
    expect(answer.json).toMatchObject({ code: 'request-invalid', nothingChanged: true, errors: [{ pointer }] });
  });

  it.each([
    [{ limit: '0' }, '/limit'],
    [{ limit: '51' }, '/limit'],
    [{ limit: 'many' }, '/limit'],
    // As the gateway joins what is sent twice.
    [{ limit: '5,6' }, '/limit'],
    [{ limit: '1e1' }, '/limit'],
    [{ limit: '0x10' }, '/limit'],
    [{ limit: ' 5' }, '/limit'],
    [{ limit: '+5' }, '/limit'],
    [{ limit: '05' }, '/limit'],
    [{ limit: '5.0' }, '/limit'],
    [{ limit: '' }, '/limit'],
    [{ limit: '٥' }, '/limit'],
    [{ nextToken: '' }, '/nextToken'],
    [{ colour: 'red' }, '/colour'],
  ])('refuses the query %j', async (queryStringParameters, pointer) => {
    const answer = await call('GET /credentials', { queryStringParameters });
    expect(answer.statusCode).toBe(422);
    expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ pointer }] });
  });

  it.each([
    ['GET /credentials/{id}', '100%'],
    ['GET /credentials/{id}', '%zz'],
    // What was sent as acme%252Dprod.
    ['GET /credentials/{id}', 'acme%2Dprod'],
    ['GET /credentials/{id}/rotations/{rotationId}', '../acme-prod'],
    ['POST /credentials/{id}/rotations', 'acme/prod'],
    ['POST /credentials/{id}/rotations', 'ACME-PROD'],
    ['POST /credentials/{id}/rotations', 'größe'],
    ['POST /credentials/{id}/rotations', 'a'.repeat(41)],
    ['POST /credentials/{id}/rotations', ''],
    ['POST /credentials/{id}/connectors/{name}/acknowledgement', 'acme%2Dprod'],
  ])('%s knows no credential %j, before anything is called', async (routeKey, id) => {
    const answer = await call(routeKey, { pathParameters: { id, rotationId: 'v1' } });
    expect(answer.statusCode).toBe(404);
    expect(answer.json).toMatchObject({ code: 'credential-unknown', credential: id, nothingChanged: true });
  });

  it.each([
    ['not JSON', {}, 400],
    ['{}', { 'content-type': 'application/xml' }, 415],
    [`"${'x'.repeat(65_536)}"`, {}, 413],
  ])('refuses a body by its form, before anything is called: %#', async (body, headers, status) => {
    const pathParameters = { id: 'acme-prod' };
    const answer = await call('POST /credentials/{id}/rotations', { body, headers, pathParameters });
    expect(answer.statusCode).toBe(status);
  });

  it.each([
    ['not JSON', 400],
    ['{}', 422],
    ['{"versionId":"v2","at":"now"}', 422],
  ])('refuses the acknowledgement %s before anything is called', async (body, status) => {
    const pathParameters = { id: 'acme-prod', name: 'IFS Production' };
    const answer = await call('POST /credentials/{id}/connectors/{name}/acknowledgement', { body, pathParameters });
    expect([answer.statusCode, answer.json.nothingChanged]).toEqual([status, true]);
  });

  it.each([
    'GET /openapi.json',
    'GET /credentials/{id}',
    'GET /credentials/{id}/rotations/{rotationId}',
    'POST /credentials/{id}/rotations',
    'POST /credentials/{id}/rollback',
    'POST /credentials/{id}/connectors/{name}/acknowledgement',
  ])('%s takes no query', async (routeKey) => {
    const pathParameters = { id: 'acme-prod', rotationId: 'v1', name: 'IFS Production' };
    const answer = await call(routeKey, { pathParameters, queryStringParameters: { dryRun: 'true' } });
    expect(answer.statusCode).toBe(422);
    expect(answer.json).toMatchObject({
      code: 'request-invalid',
      nothingChanged: true,
      errors: [{ pointer: '/dryRun' }],
    });
  });

  it('leaves the members of a signature in the query to the gateway', async () => {
    const queryStringParameters = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Signature': '0f',
      'x-amz-date': 'now',
    };
    expect((await call('GET /openapi.json', { queryStringParameters })).statusCode).toBe(200);
  });

  it('tells its own document, which is the published one', async () => {
    const answer = await call('GET /openapi.json');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer.json).toEqual(JSON.parse(readFileSync(OPENAPI_FILE, 'utf8')));
  });

  it.each(Object.keys(ROUTES))('%s is refused where the gateway does not say who calls', async (routeKey) => {
    const pathParameters = { id: 'acme-prod', rotationId: 'v1', name: 'IFS Production' };
    const answer = await call(routeKey, { pathParameters, body: 'not JSON', requestContext: {} });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([403, 'application/problem+json']);
    expect(answer.json).toMatchObject({ code: 'caller-unknown', nothingChanged: true });
  });

  it('bounds the faults of a query', async () => {
    const queryStringParameters = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`q${index}`, '1']));
    const answer = await call('GET /credentials', { queryStringParameters });
    expect([answer.statusCode, (answer.json.errors as object[]).length]).toEqual([422, 10]);
    expect(answer.body.length).toBeLessThan(2000);
  });

  it.each([
    ['GET /nowhere', true],
    ['POST /nowhere', null],
  ])('answers 500 to a route that only the stack knows, without details: %s', async (routeKey, nothingChanged) => {
    const answer = await call(routeKey);
    expect(answer.statusCode).toBe(500);
    expect(answer.json).toMatchObject({ code: 'internal-error', title: expect.any(String), nothingChanged });
  });
});
