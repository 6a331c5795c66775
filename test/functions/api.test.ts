import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Context } from 'aws-lambda';
import type { ApiResponse } from '../../functions/api/problem.ts';

const CONTEXT = { functionName: 'api', awsRequestId: 'r', getRemainingTimeInMillis: () => 1000 } as unknown as Context;

let handler: (event: never, context: Context) => Promise<unknown>;

beforeAll(async () => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-north-1',
    PREFIX: 'csr',
    ALLOWED_HOSTS: 'acme.example.com',
    FUNCTION_TIMEOUT: 'PT90S',
    HTTP_TIMEOUT: 'PT10S',
    UNDO_RESERVE: 'PT20S',
    SCHEDULE_GROUP: 'csr',
    ONCE_GROUP: 'csr-once',
    SCHEDULER_ROLE_ARN: 'arn:role',
    DLQ_ARN: 'arn:dlq',
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
    [{ nextToken: '' }, '/nextToken'],
  ])('refuses the query %j', async (queryStringParameters, pointer) => {
    const answer = await call('GET /credentials', { queryStringParameters });
    expect(answer.statusCode).toBe(422);
    expect(answer.json).toMatchObject({ code: 'request-invalid', errors: [{ pointer }] });
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
