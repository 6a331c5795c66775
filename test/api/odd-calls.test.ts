import { once } from 'node:events';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AwsV4Signer } from 'aws4fetch';
import { CUSTOMERS } from '../../local/demo/fleet/customers.ts';
import { onboard } from '../../local/demo/fleet/onboarding.ts';
import { OPERATOR, REGION } from '../../local/embedded-stack/names.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../local/embedded-stack/stack.ts';

const CONNECTOR_TOKEN = 'connector-access-token';
const ONE = '/credentials/acme-prod';
const RUNS = `${ONE}/rotations`;
const DRY = '{"dryRun":true}';

/** What is sent; bytes as they are, and headers that may stand twice. */
interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

let stack: EmbeddedStack;
beforeAll(async () => {
  // A busy machine is slow, and nothing here depends on how slow.
  stack = await startEmbeddedStack({
    audits: false,
    timeouts: { function: 'PT60S', http: 'PT14S' },
    connectorToken: CONNECTOR_TOKEN,
  });
  const [acme] = CUSTOMERS;
  if (!acme) throw new Error('the fleet is empty');
  await onboard(stack, acme, { connectorToken: CONNECTOR_TOKEN, grace: 'PT1H' });
});
afterAll(() => stack?.close());

/** Sends a signed call without anybody in between who would mend it. */
async function send({ method = 'POST', path = RUNS, body = '', headers = {} }: Sent) {
  const { origin, hostname, port, host } = new URL(stack.apiUrl);
  const signing = { ...OPERATOR, method, region: REGION, service: 'execute-api', url: `${origin}${path}` };
  const { headers: signed } = await new AwsV4Signer({ ...signing, body: Buffer.from(body) }).sign();
  const type = method === 'GET' ? {} : { 'content-type': 'application/json' };
  const all = { ...type, ...headers, ...Object.fromEntries(signed), host };
  const outgoing = request({ hostname, port, method, path, headers: all });
  const answered = once(outgoing, 'response');
  outgoing.end(body);
  const [answer] = await answered;
  const { code, errors = [], ...json } = JSON.parse((await buffer(answer)).toString());
  const pointers = errors.map(({ pointer }: { pointer: string }) => pointer);
  return { json, said: [answer.statusCode, code ?? json.message ?? json.state, ...pointers] };
}

const get = (path: string): Sent => ({ method: 'GET', path });
const dry = (headers: Sent['headers'] = {}): Sent => ({ body: DRY, headers });
const patch = (body: string): Sent => ({ method: 'PATCH', path: `${ONE}/schedule`, body });

describe('an odd body', () => {
  it.each<[string, Sent, unknown[]]>([
    ['begins with a byte order mark', { body: `\ufeff${DRY}` }, [400, 'body-not-json']],
    ['is cut off', { body: '{"dryRun":' }, [400, 'body-not-json']],
    ['is in UTF-16', { body: Buffer.from(DRY, 'utf16le') }, [400, 'body-not-json']],
    [
      'is in UTF-8, whatever its charset',
      dry({ 'content-type': 'application/json; charset=utf-16' }),
      [200, 'first-run'],
    ],
    ['is XML', { body: '<a/>', headers: { 'content-type': 'application/xml' } }, [415, 'media-type-unsupported']],
    [
      'is of a type that begins like JSON',
      dry({ 'content-type': 'application/jsonx' }),
      [415, 'media-type-unsupported'],
    ],
    ['has 64 KiB', { body: DRY.padEnd(65_536) }, [200, 'first-run']],
    ['has a byte more', { body: DRY.padEnd(65_537) }, [413, 'body-too-large']],
    ['is a list', { body: `[${DRY}]` }, [422, 'request-invalid', '']],
    ['names the prototype', { body: `{"__proto__":${DRY}}` }, [422, 'request-invalid', '/__proto__']],
    ['is nested deeply', { body: '['.repeat(30_000) + ']'.repeat(30_000) }, [422, 'request-invalid', '']],
    ['has half of a character', { body: '{"reason":"\\ud83d"}' }, [422, 'request-invalid', '/reason']],
    ['has a number that is none', { body: '{"force":1e999}' }, [422, 'request-invalid', '/force']],
    ['is absent where it may not be', patch(''), [422, 'request-invalid', '']],
    ['has a zone of no map', patch('{"timezone":"__proto__"}'), [422, 'request-invalid', '/timezone']],
    ['has a null byte', patch('{"expression":"rate(1 day)\\u0000"}'), [422, 'request-invalid', '/expression']],
  ])('%s', async (_what, sent, said) => {
    expect((await send(sent)).said).toEqual(said);
  });
});

describe('an odd path', () => {
  it.each<[string, unknown[]]>([
    ['/credentials/acme%2Fprod', [404, 'credential-unknown']],
    ['/credentials/..%2F..%2Facme-prod', [404, 'credential-unknown']],
    ['/credentials/acme-prod%00', [404, 'credential-unknown']],
    ['/credentials/acme%252Dprod', [404, 'credential-unknown']],
    ['/credentials/ACME-PROD', [404, 'credential-unknown']],
    ['/credentials/acme-prod.repeat.1', [404, 'credential-unknown']],
    ['/credentials/constructor', [404, 'credential-unknown']],
    [`/credentials/${'a'.repeat(9000)}`, [404, 'credential-unknown']],
    ['/credentials/%ff', [400, 'Bad Request']],
    ['/credentials/', [404, 'Not Found']],
    [`${RUNS}/__proto__`, [404, 'rotation-unknown']],
    [`${RUNS}/a%00b`, [404, 'rotation-unknown']],
    [`${RUNS}/rotation%23x`, [404, 'rotation-unknown']],
    [`${RUNS}/${'x'.repeat(5000)}`, [404, 'rotation-unknown']],
    [`/credentials/nobody/rotations/${'x'.repeat(5000)}`, [404, 'credential-unknown']],
  ])('%.60s', async (path, said) => {
    expect((await send(get(path))).said).toEqual(said);
  });
});

describe('an odd query', () => {
  it.each<[string, unknown[]]>([
    ['?nextToken=x', [422, 'request-invalid', '/nextToken']],
    ['?nextToken=', [422, 'request-invalid', '/nextToken']],
    ['?nextToken=%00', [422, 'request-invalid', '/nextToken']],
    [`?nextToken=${'x'.repeat(6000)}`, [422, 'request-invalid', '/nextToken']],
    ['?limit=0x10', [422, 'request-invalid', '/limit']],
    ['?limit=51', [422, 'request-invalid', '/limit']],
    ['?limit=1&limit=2', [422, 'request-invalid', '/limit']],
    ['?limit[]=1', [422, 'request-invalid', '/limit[]']],
    ['?__proto__=1', [422, 'request-invalid', '/__proto__']],
  ])('%.60s', async (query, said) => {
    for (const path of ['/credentials', RUNS]) expect((await send(get(`${path}${query}`))).said).toEqual(said);
  });
});

describe('an odd header', () => {
  const WRONG_KEY = [422, 'request-invalid', '/idempotency-key'];
  it.each<[string, Sent, unknown[]]>([
    ['is a key of 256 characters', dry({ 'idempotency-key': 'k'.repeat(256) }), WRONG_KEY],
    ['is an empty key', dry({ 'idempotency-key': '' }), WRONG_KEY],
    ['is a key beyond ASCII', dry({ 'idempotency-key': 'gr\xf6\xdfe' }), WRONG_KEY],
    ['is a preference beside others', dry({ prefer: ['wait=1', 'respond-async'] }), [200, 'first-run']],
  ])('%s', async (_what, sent, said) => {
    expect((await send(sent)).said).toEqual(said);
  });

  it('is a key of any printable characters: the same body in another order is the same request, another one is not', async () => {
    const keyed = (body: string, path = RUNS) => send({ path, body, headers: { 'idempotency-key': '"a#b%00" ~' } });
    const first = await keyed('{"reason":"a\\u0000b","force":false}');
    expect(first.said).toEqual([200, undefined]);
    expect(await keyed('{ "force": false, "reason": "a\\u0000b" }')).toEqual(first);
    expect((await keyed('{"reason":"ab","force":false}')).said).toEqual([422, 'idempotency-key-reused']);
    const rollback = await keyed('{"reason":"a\\u0000b","force":false}', `${ONE}/rollback`);
    expect(rollback.said).toEqual([422, 'idempotency-key-reused']);
  });
});
