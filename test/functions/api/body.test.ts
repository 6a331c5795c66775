import { describe, expect, it } from '@jest/globals';
import { readJson, type SentBody } from '../../../functions/api/body.ts';
import { ROUTES } from '../../../functions/api/contract/routes.ts';
import type { ApiResponse } from '../../../functions/api/problem.ts';

const bodyOf = <Data>(read: { data: Data } | ApiResponse) => ('data' in read ? read.data : read);
const readBody = (sent: SentBody) => bodyOf(readJson(sent, ROUTES['POST /credentials/{id}/rotations'].body));
const readAcknowledgement = (sent: SentBody) =>
  bodyOf(readJson(sent, ROUTES['POST /credentials/{id}/connectors/{name}/acknowledgement'].body));
const read = (body: string | undefined) => readBody({ body });

/** What a body is refused with; fails for one that is taken. */
function refusal(sent: SentBody) {
  const { statusCode, body } = readBody(sent) as ApiResponse;
  return { statusCode, size: Buffer.byteLength(body ?? ''), ...JSON.parse(body ?? 'null') };
}

describe('a body', () => {
  it.each([undefined, '', '{}'])('that is %j says nothing', (text) => {
    expect(read(text)).toEqual({});
  });

  it('may hold a reason and force', () => {
    const body = { reason: 'left the company', force: true };
    expect(read(JSON.stringify(body))).toEqual(body);
    const encoded = Buffer.from(JSON.stringify(body)).toString('base64');
    expect(readBody({ body: encoded, isBase64Encoded: true })).toEqual(body);
    expect(read('{"dryRun":true,"revokePrevious":true}')).toEqual({ dryRun: true, revokePrevious: true });
  });

  it.each([
    ['{"reason":42}', '/reason'],
    ['{"reason":""}', '/reason'],
    [JSON.stringify({ reason: 'x'.repeat(501) }), '/reason'],
    ['{"force":"yes"}', '/force'],
    ['{"dryRun":1}', '/dryRun'],
    ['{"revokePrevious":"yes"}', '/revokePrevious'],
    ['{"rollback":true}', '/rollback'],
    ['{"colour":"red"}', '/colour'],
    ['{"__proto__":{"force":true}}', '/__proto__'],
    ['{"a/b~c":1}', '/a~1b~0c'],
    ['[]', ''],
    ['"x"', ''],
    ['null', ''],
    ['{"reason":"\\ud83d"}', '/reason'],
    ['{"leaveBehind":["\\ude00\\ud83d"]}', '/leaveBehind/0'],
  ])('that is %s is refused with a JSON Pointer', (body, pointer) => {
    expect(refusal({ body })).toMatchObject({
      statusCode: 422,
      code: 'request-invalid',
      nothingChanged: true,
      errors: [{ pointer, detail: expect.any(String) }],
    });
  });

  it('has every fault told', () => {
    const { errors } = refusal({ body: '{"reason":1,"force":1,"x":1,"y":1}' });
    const pointers = errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers.toSorted()).toEqual(['/force', '/reason', '/x', '/y']);
  });

  it('has its characters counted as the document does: one that UTF-16 writes in two is one', () => {
    const reason = '😀'.repeat(500);
    expect(read(JSON.stringify({ reason }))).toEqual({ reason });
    expect(refusal({ body: JSON.stringify({ reason: `${reason}x` }) })).toMatchObject({ statusCode: 422 });
  });

  it.each([
    ['nested 30,000 deep', `{"reason":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, '/reason'],
    ['with a prototype', '{"constructor":{"prototype":{"force":true}}}', '/constructor'],
  ])('that is %s is refused, and harms nobody', (_what, body, pointer) => {
    expect(refusal({ body })).toMatchObject({ statusCode: 422, errors: [{ pointer }] });
    expect(({} as { force?: boolean }).force).toBeUndefined();
  });

  it('counts the last of two members of one name', () => {
    expect(read('{"force":true,"force":false}')).toEqual({ force: false });
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"force":true}', 'utf16le')],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['a member cut off within a character', Buffer.from('{"reason":"é"}').subarray(0, 12)],
  ])('of %s is no JSON: 400', (_what, bytes) => {
    const sent = { body: bytes.toString('base64'), isBase64Encoded: true };
    expect(refusal(sent)).toMatchObject({ statusCode: 400, code: 'body-not-json', nothingChanged: true });
  });

  it.each(['not JSON', ' ', '{"reason":"x"', "{'reason':'x'}"])('that is %j is no JSON: 400', (body) => {
    expect(refusal({ body })).toMatchObject({ statusCode: 400, code: 'body-not-json', nothingChanged: true });
  });
});

describe('the body of an acknowledgement', () => {
  it('names a version', () => {
    expect(readAcknowledgement({ body: '{"versionId":"v2"}' })).toEqual({ versionId: 'v2' });
  });

  it.each([
    [undefined, '/versionId'],
    ['', '/versionId'],
    ['{}', '/versionId'],
    ['{"versionId":""}', '/versionId'],
    ['{"versionId":2}', '/versionId'],
    [`{"versionId":"${'v'.repeat(65)}"}`, '/versionId'],
    ['{"versionId":"v2","by":"eve"}', '/by'],
    ['["v2"]', ''],
  ])('that is %s is refused with a JSON Pointer, and what to send', (body, pointer) => {
    const answer = JSON.parse((readAcknowledgement({ body }) as ApiResponse).body);
    expect(answer).toMatchObject({ status: 422, code: 'request-invalid', nothingChanged: true, errors: [{ pointer }] });
    expect(answer.next).toContain('versionId');
  });

  it.each([
    ['not JSON', {}, 400],
    ['{}', { 'content-type': 'application/xml' }, 415],
    [`"${'x'.repeat(65_536)}"`, {}, 413],
  ])('is refused by its form as every body is: %#', (body, headers, status) => {
    expect(readAcknowledgement({ body, headers })).toMatchObject({ statusCode: status });
  });
});

describe('the size of a body', () => {
  const sized = (bytes: number) => `{"reason":"${'x'.repeat(bytes - 13)}"}`;

  it('may be 64 KiB; then its content decides', () => {
    expect(sized(65_536)).toHaveLength(65_536);
    expect(refusal({ body: sized(65_536) }).statusCode).toBe(422);
  });

  it.each<[string, SentBody]>([
    ['in characters of one byte', { body: sized(65_537) }],
    ['in characters of several', { body: `{"reason":"${'é'.repeat(32_763)}"}` }],
    ['encoded', { body: Buffer.from(sized(65_537)).toString('base64'), isBase64Encoded: true }],
  ])('is refused above, with 413: %s', (_what, sent) => {
    expect(refusal(sent)).toMatchObject({ statusCode: 413, code: 'body-too-large', nothingChanged: true });
  });

  it('bounds the size of the answer, whatever it holds', () => {
    const names = Array.from({ length: 6000 }, (_, index) => `"m${index}":1`);
    const body = `{${names.join()}}`;
    const { statusCode, errors, detail, size } = refusal({ body });
    expect([statusCode, errors.length]).toEqual([422, 10]);
    expect(detail).toContain('5990 more');
    expect(size).toBeLessThan(2000);
    const [long] = [refusal({ body: `{"${'~'.repeat(60_000)}":1}` })];
    expect(long.size).toBeLessThan(130_000);
  });
});

describe('the media type of a body', () => {
  it.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/merge-patch+json',
    // What fetch says of a text when its caller says nothing.
    'text/plain;charset=UTF-8',
  ])('may be %s', (type) => {
    expect(readBody({ body: '{}', headers: { 'content-type': type } })).toEqual({});
  });

  it.each([
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'json',
  ])('is refused with 415 when it is %s', (type) => {
    const answer = refusal({ body: '{}', headers: { 'content-type': type } });
    expect(answer).toMatchObject({ statusCode: 415, code: 'media-type-unsupported', nothingChanged: true });
  });

  it('does not matter without a body', () => {
    expect(readBody({ headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toEqual({});
  });
});
