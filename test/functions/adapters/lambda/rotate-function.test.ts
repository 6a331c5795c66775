import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { lambdaRotateFunction } from '../../../../functions/adapters/lambda/rotate-function.ts';
import { RefusedError } from '../../../../functions/ports/api/rotate-function.ts';

const ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:csr-rotate';
const KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-to-be-told', sessionToken: 'a-session' };
const EVENT = {
  trigger: 'api',
  id: 'acme-prod',
  requestId: 'r1',
  requestedBy: 'arn:eve',
  reason: 'für größere',
} as const;

interface Sent {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let close = async () => {};
afterEach(() => close());

/** A Lambda that answers so, and the function in it; `sent` holds the requests. */
async function lambda(answer: (response: ServerResponse) => void) {
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    sent.push({ method, url, headers, body: await text(request) });
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { rotate: lambdaRotateFunction({ arn: ARN, endpoint, credentials: async () => KEYS }), sent };
}

const patience = () => AbortSignal.timeout(60_000);
const refusing = (status: number, type?: string) => (response: ServerResponse) => {
  response
    .writeHead(status, type === undefined ? {} : { 'x-amzn-errortype': type })
    .end('{"Message":"not-to-be-told"}');
};

describe('the function rotate in Lambda', () => {
  it('is waited for no longer than it is told to, also where memory is tidied meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const tidy = runInNewContext('gc') as () => void;
    const { rotate } = await lambda(() => undefined);
    const tidying = setInterval(tidy, 20);
    try {
      await expect(rotate.call(EVENT, AbortSignal.timeout(300))).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      clearInterval(tidying);
    }
  });

  it('is called once, signed, and its answer is passed on', async () => {
    const answer = { problem: { code: 'too-soon', detail: 'd', next: 'n', nothingChanged: true } };
    const { rotate, sent } = await lambda((response) => response.end(JSON.stringify(answer)));

    expect(await rotate.call(EVENT, patience())).toEqual(answer);
    const url = `/2015-03-31/functions/${encodeURIComponent(ARN)}/invocations`;
    expect(sent.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual([['POST', url, EVENT]]);
    expect(sent[0]?.headers).toMatchObject({
      'x-amz-invocation-type': 'RequestResponse',
      'x-amz-security-token': KEYS.sessionToken,
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-north-1\/lambda\/aws4_request/,
      ),
    });
    expect(JSON.stringify(sent)).not.toContain(KEYS.secretAccessKey);
  });

  it('takes an event without anybody waiting', async () => {
    const { rotate, sent } = await lambda((response) => response.writeHead(202).end());
    await rotate.handOver(EVENT, patience());
    expect(sent.map(({ headers, body }) => [headers['x-amz-invocation-type'], JSON.parse(body)])).toEqual([
      ['Event', EVENT],
    ]);
  });

  it('has no answer where it died', async () => {
    const { rotate } = await lambda((response) => {
      response.writeHead(200, { 'x-amz-function-error': 'Unhandled' }).end('{"errorMessage":"not-to-be-told"}');
    });
    expect(await rotate.call(EVENT, patience())).toBeUndefined();
  });

  it.each([
    [404, 'ResourceNotFoundException:http://internal.amazon.com/coral/', 'ResourceNotFoundException', false],
    [429, 'TooManyRequestsException', 'TooManyRequestsException', true],
    [403, undefined, '', false],
  ])('was refused by %s %s', async (status, type, name, throttled) => {
    const { rotate, sent } = await lambda(refusing(status, type));
    const error = await rotate.call(EVENT, patience()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ name, throttled });
    expect([String(error), sent.length]).toEqual([expect.not.stringContaining('not-to-be-told'), 1]);
  });

  it.each([500, 502, 503, 302])('may have begun after %s, and is not called again', async (status) => {
    const { rotate, sent } = await lambda(refusing(status, 'ServiceException'));
    const error = await rotate.handOver(EVENT, patience()).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(RefusedError);
    expect([error, sent.length]).toEqual([expect.objectContaining({ name: 'ServiceException' }), 1]);
  });

  it.each([
    ['is broken off', (response: ServerResponse) => void response.destroy()],
    ['is cut off', (response: ServerResponse) => void response.end('{"rotation":{"outc')],
  ])('may have begun where its answer %s', async (_what, answer) => {
    const { rotate, sent } = await lambda(answer);
    const error = await rotate.call(EVENT, patience()).catch((thrown: unknown) => thrown);
    expect(error).not.toBeInstanceOf(RefusedError);
    expect([error, sent.length]).toEqual([expect.objectContaining({ name: expect.stringMatching(/Error$/) }), 1]);
  });

  it('is waited for no longer than the caller does', async () => {
    const { rotate } = await lambda(() => {});
    await expect(rotate.call(EVENT, AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
