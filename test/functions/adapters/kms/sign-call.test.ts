import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { signCall } from '../../../../functions/adapters/kms/sign-call.ts';

const KEYS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-to-be-told', sessionToken: 'a-session' };
const INPUT = {
  KeyId: 'alias/csr-signer',
  Message: Buffer.from('header.claims'),
  MessageType: 'RAW',
  SigningAlgorithm: 'ECDSA_SHA_256',
} as const;
const patience = () => 60_000;

interface Sent {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

let close = async () => {};
afterEach(() => close());

/** A KMS that answers so, one after another, the last for ever; `sent` holds the requests. */
async function kms(...answers: Answer[]) {
  const sent: Sent[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    sent.push({ method, url, headers, body: await text(request) });
    answers[Math.min(sent.length, answers.length) - 1]?.(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { region: 'eu-north-1', partition: 'aws', endpoint, credentials: async () => KEYS };
  return { sign: signCall(options), sent };
}

const signs: Answer = (response) => void response.end(JSON.stringify({ Signature: 'AQID' }));
const isSilent: Answer = () => undefined;
const failing =
  (status: number, type: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(JSON.stringify({ __type: type, message: 'not-to-be-told' }));
const failureOf = async (signed: Promise<unknown>) => await signed.then(String, (error: Error) => error);

describe('the call Sign', () => {
  it('is sent once, signed', async () => {
    const { sign, sent } = await kms(signs);

    expect([...(await sign(INPUT, patience))]).toEqual([1, 2, 3]);
    expect(sent.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual([
      ['POST', '/', { ...INPUT, Message: Buffer.from('header.claims').toString('base64') }],
    ]);
    expect(sent[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.Sign',
      'x-amz-security-token': KEYS.sessionToken,
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-north-1\/kms\/aws4_request/,
      ),
    });
    expect(JSON.stringify(sent)).not.toContain(KEYS.secretAccessKey);
  });

  it.each([
    ['eu-north-1', 'aws', 'https://kms.eu-north-1.amazonaws.com/'],
    ['us-gov-west-1', 'aws-us-gov', 'https://kms.us-gov-west-1.amazonaws.com/'],
    ['cn-north-1', 'aws-cn', 'https://kms.cn-north-1.amazonaws.com.cn/'],
    ['eusc-de-east-1', 'aws-eusc', 'https://kms.eusc-de-east-1.amazonaws.eu/'],
  ])('goes to KMS in %s of %s', async (region, partition, url) => {
    const asked: string[] = [];
    const fetch = async (request: Request) => {
      asked.push(request.url);
      return Response.json({ Signature: 'AQID' });
    };
    await signCall({ region, partition, credentials: async () => KEYS, fetch })(INPUT, patience);
    expect(asked).toEqual([url]);
  });

  it.each([
    ['a bare name', failing(400, 'DisabledException')],
    ['a namespace before it', failing(400, 'com.amazonaws.kms#DisabledException')],
    ['an address behind it', failing(400, 'DisabledException:http://internal.amazon.com/coral/com#x')],
    ['a header', failing(400, 'of the body', { 'x-amzn-errortype': 'DisabledException:http://internal.amazon.com/' })],
  ])('fails with the name of the error, and no text: %s', async (_what, answer) => {
    const { sign, sent } = await kms(answer);
    const error = await failureOf(sign(INPUT, patience));
    expect([error, sent.length]).toEqual([expect.objectContaining({ name: 'DisabledException' }), 1]);
    expect(JSON.stringify(error) + String(error)).not.toContain('not-to-be-told');
  });

  it.each([
    ['KMS has failed itself', failing(500, 'KMSInternalException')],
    ['the answer is lost', (response: ServerResponse) => void response.destroy()],
    ['the answer is cut off', (response: ServerResponse) => void response.end('{"Signature":"AQ')],
  ])('is sent once more where %s', async (_what, answer) => {
    const { sign, sent } = await kms(answer, signs);
    expect([...(await sign(INPUT, patience))]).toEqual([1, 2, 3]);
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['twice at most where KMS stays away', 503, patience, 2],
    ['once where it is throttled: whoever asks decides', 400, patience, 1],
    ['once where it is sent elsewhere', 302, patience, 1],
  ])('is sent %s', async (_what, status, tryMs, count) => {
    const { sign, sent } = await kms(failing(status, 'SomeException', { location: '/elsewhere' }));
    expect(await failureOf(sign(INPUT, tryMs))).toMatchObject({ name: 'SomeException' });
    expect(sent).toHaveLength(count);
  });

  it('is not sent again once no time is left', async () => {
    const { sign, sent } = await kms(failing(500, 'KMSInternalException'));
    const left = [60_000, 0];
    expect(await failureOf(sign(INPUT, () => left.shift() ?? 0))).toMatchObject({ name: 'KMSInternalException' });
    expect(sent).toHaveLength(1);
  });

  it('is waited for no longer than it is told to, also where memory is tidied meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const tidy = runInNewContext('gc') as () => void;
    const { sign } = await kms(isSilent);
    const tidying = setInterval(tidy, 20);
    try {
      expect(await failureOf(sign(INPUT, () => 300))).toMatchObject({ name: 'TimeoutError' });
    } finally {
      clearInterval(tidying);
    }
  });
});
