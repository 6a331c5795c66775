import { describe, expect, it } from '@jest/globals';
import { AwsV4Signer } from 'aws4fetch';
import { httpApiHandler } from '../../../../local/stand-ins/http-api/handler.ts';
import { iamAuthorizer } from '../../../../local/stand-ins/http-api/iam-authorizer.ts';
import { signerOf } from '../../../../local/stand-ins/http-api/signature.ts';

const NOW = new Date('2026-03-01T03:00:00Z');
const ACCOUNT = '123456789012';
const KEYS = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'operator-secret' };

interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly keys?: typeof KEYS;
  readonly datetime?: string;
  readonly region?: string;
}

/** An API with two routes, and what its function received. */
function bench(result: object = { payload: { statusCode: 200, headers: { 'x-own': 'yes' }, body: '{"fine":true}' } }) {
  const events: unknown[] = [];
  const handler = httpApiHandler({
    routes: ['GET /credentials', 'POST /credentials/{id}/rotations'],
    authorize: iamAuthorizer({
      callers: [{ ...KEYS, userArn: 'arn:aws:iam::123456789012:user/operator' }],
      region: 'eu-north-1',
      account: ACCOUNT,
    }),
    account: ACCOUNT,
    invoke: async (event) => {
      events.push(event);
      return result as { payload: unknown };
    },
    clock: () => NOW,
  });
  return { handler, events };
}

async function signed({ method = 'POST', path = '/credentials/acme-prod/rotations', body = '{}', ...call }: Call = {}) {
  const { keys = KEYS, datetime = '20260301T030000Z', region = 'eu-north-1' } = call;
  const signer = new AwsV4Signer({
    ...keys,
    method,
    url: `http://127.0.0.1:8080${path}`,
    ...(method === 'POST' && { body, headers: { 'content-type': 'application/json' } }),
    service: 'execute-api',
    region,
    datetime,
  });
  const { url, headers } = await signer.sign();
  return new Request(url, { method, headers, body: method === 'POST' ? body : null });
}

describe('a signed call', () => {
  it('reaches the function in payload format 2.0, and gets its answer', async () => {
    const { handler, events } = bench();
    const response = await handler(await signed({ body: '{"reason":"drill"}' }));
    expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([
      200,
      'yes',
      '{"fine":true}',
    ]);
    expect(events).toEqual([
      expect.objectContaining({
        version: '2.0',
        routeKey: 'POST /credentials/{id}/rotations',
        rawPath: '/credentials/acme-prod/rotations',
        rawQueryString: '',
        pathParameters: { id: 'acme-prod' },
        body: '{"reason":"drill"}',
        isBase64Encoded: false,
        requestContext: expect.objectContaining({
          routeKey: 'POST /credentials/{id}/rotations',
          stage: '$default',
          timeEpoch: 1_772_334_000_000,
          authorizer: { iam: expect.objectContaining({ userArn: 'arn:aws:iam::123456789012:user/operator' }) },
        }),
      }),
    ]);
  });

  it.each([
    ['application/json', '{"a":1}', false],
    ['Application/JSON; charset=utf-8', '{"a":1}', false],
    ['text/plain', '{"a":1}', false],
    ['application/merge-patch+json', 'eyJhIjoxfQ==', true],
    ['application/octet-stream', 'eyJhIjoxfQ==', true],
    [undefined, 'eyJhIjoxfQ==', true],
  ])('brings its body as text, or in base64: %s', async (type, body, isBase64Encoded) => {
    const { handler, events } = bench();
    const request = await signed({ body: '{"a":1}' });
    if (type === undefined) request.headers.delete('content-type');
    else request.headers.set('content-type', type);
    await handler(request);
    expect(events).toEqual([expect.objectContaining({ body, isBase64Encoded })]);
  });

  it('may have a query', async () => {
    const { handler, events } = bench();
    await handler(await signed({ method: 'GET', path: '/credentials?limit=2&nextToken=a%2Fb' }));
    const query = { limit: '2', nextToken: 'a/b' };
    expect(events).toEqual([
      expect.objectContaining({ rawQueryString: 'limit=2&nextToken=a%2Fb', queryStringParameters: query }),
    ]);
  });

  it.each([
    ['acme%2Dprod', 'acme-prod'],
    ['acme%252Dprod', 'acme%2Dprod'],
    ['acme%2Fprod', 'acme/prod'],
    ['100%25', '100%'],
  ])('has its parameters decoded once: %s is %s', async (sent, id) => {
    const { handler, events } = bench();
    await handler(await signed({ path: `/credentials/${sent}/rotations` }));
    expect(events).toEqual([expect.objectContaining({ pathParameters: { id } })]);
  });

  it('is a 400 when its path can not be decoded', async () => {
    const { handler, events } = bench();
    const response = await handler(await signed({ path: '/credentials/%zz/rotations' }));
    expect([response.status, events]).toEqual([400, []]);
  });

  it.each([
    ['the function fails', { error: { errorType: 'Error', errorMessage: 'secret-detail' } }],
    ['the function answers in another format', { payload: 'hello' }],
  ])('gets the gateway’s 500 when %s', async (_, result) => {
    const response = await bench(result).handler(await signed());
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
  });
});

describe('a call that nothing valid has signed', () => {
  const otherBody = async () => {
    const { url, method, headers } = await signed({ body: '{"reason":"one"}' });
    return new Request(url, { method, headers, body: '{"reason":"two"}' });
  };
  const withHash = async () => {
    const request = await otherBody();
    request.headers.set('x-amz-content-sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    return request;
  };
  const otherPath = async () => {
    const { method, headers } = await signed();
    return new Request('http://127.0.0.1:8080/credentials/globex-prod/rotations', { method, headers, body: '{}' });
  };
  const withHeader = async (authorization: string) => {
    const request = await signed();
    request.headers.set('authorization', authorization);
    return request;
  };
  it.each<[string, () => Promise<Request>]>([
    ['is unsigned', async () => new Request('http://127.0.0.1:8080/credentials')],
    ['brings a token', () => withHeader('Bearer eyJhbGciOiJub25lIn0.e30.')],
    ['has a password', () => withHeader('Basic b3BlcmF0b3I6c2VjcmV0')],
    ['has an empty header', () => withHeader('')],
    ['has a signature cut off', () => withHeader('AWS4-HMAC-SHA256 Credential=AKIAOPERATOR/20260301')],
    ['has a signature of another kind', () => withHeader('AWS4-ECDSA-P256-SHA256 Credential=AKIAOPERATOR/20260301')],
    ['has another key', () => signed({ keys: { ...KEYS, secretAccessKey: 'guessed' } })],
    ['has an unknown key id', () => signed({ keys: { ...KEYS, accessKeyId: 'AKIAOTHER' } })],
    ['is for another region', () => signed({ region: 'us-east-1' })],
    ['is more than five minutes old', () => signed({ datetime: '20260301T025459Z' })],
    ['has another body', otherBody],
    ['has another body with a hash of nothing', withHash],
    ['has another path', otherPath],
  ])('is refused when it %s', async (_, request) => {
    const { handler, events } = bench();
    const response = await handler(await request());
    expect([response.status, await response.text()]).toEqual([403, '{"message":"Forbidden"}']);
    expect(events).toEqual([]);
  });

  it.each([
    ['another path', '/other'],
    ['a longer path', '/credentials/acme-prod/rotations/1'],
    ['an empty id', '/credentials//rotations'],
  ])('is a 404 without a route: %s', async (_, path) => {
    const response = await bench().handler(await signed({ path }));
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
  });
});

describe('the signature', () => {
  it('is the one of the published example', async () => {
    // "get-vanilla" of AWS's own test suite for Signature Version 4.
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
    const headers = { authorization, 'x-amz-date': '20150830T123600Z' };
    const request = new Request('https://example.amazonaws.com/', { headers });
    const signer = await signerOf(request, Buffer.from(''), {
      secretOf: () => 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      region: 'us-east-1',
      service: 'service',
      now: new Date('2015-08-30T12:36:00Z'),
    });
    expect(signer).toBe('AKIDEXAMPLE');
  });
});
