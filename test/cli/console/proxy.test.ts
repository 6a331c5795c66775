import { afterEach, describe, expect, it } from '@jest/globals';
import type { ApiAnswer } from '../../../cli/api/client.ts';
import { CALLS } from '../../../cli/console/proxy.ts';
import { CliError, failed } from '../../../cli/errors.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { isRoute } from '../../../functions/api/contract/routes.ts';
import { type Bench, consoleOf } from './console-of.ts';

const answered = (status: number, body: unknown, headers = {}): ApiAnswer => ({
  status,
  body,
  headers: new Headers(headers),
  at: 0,
});

describe('the allow-list', () => {
  it('has routes of the API, and no others', () => {
    expect(CALLS.filter((call) => !isRoute(call))).toEqual([]);
  });
});

describe('calls of the page', () => {
  let bench: Bench;
  afterEach(() => bench.served.close());
  const json = { 'content-type': 'application/json' };

  it('are passed on as they are, with the headers that the API knows', async () => {
    bench = await consoleOf({ send: async () => answered(202, { requestId: 'r-1' }) });
    const path = 'api/credentials/acme-prod/rotations';
    const headers = { ...json, prefer: 'respond-async', 'idempotency-key': 'k', 'x-other': 'no' };
    const answer = await bench.ask(path, { method: 'POST', body: '{"reason":"leak"}', headers });
    expect([answer.status, await answer.json()]).toEqual([202, { requestId: 'r-1' }]);
    expect(bench.calls).toEqual([
      {
        method: 'POST',
        path: '/credentials/acme-prod/rotations',
        body: { reason: 'leak' },
        headers: { prefer: 'respond-async', 'idempotency-key': 'k' },
        reads: false,
        ifLost: expect.stringContaining('history'),
      },
    ]);
  });

  it.each([
    ['GET', 'api/credentials?limit=50&nextToken=a%2Fb', '/credentials?limit=50&nextToken=a%2Fb'],
    ['GET', 'api/credentials/acme-prod', '/credentials/acme-prod'],
    ['GET', 'api/credentials/acme-prod/rotations/r-1', '/credentials/acme-prod/rotations/r-1'],
    [
      'POST',
      'api/credentials/acme-prod/connectors/Flow%20%2F%20Connect/acknowledgement',
      '/credentials/acme-prod/connectors/Flow%20%2F%20Connect/acknowledgement',
    ],
    ['PATCH', 'api/credentials/acme-prod/schedule', '/credentials/acme-prod/schedule'],
    ['GET', 'api/rotations', '/rotations'],
    ['POST', 'api/rotations', '/rotations'],
    ['GET', 'api/rotations/key-1', '/rotations/key-1'],
    ['DELETE', 'api/rotations/key-1', '/rotations/key-1'],
  ])('%s %s is one', async (method, path, expected) => {
    bench = await consoleOf();
    const body = method === 'GET' ? {} : { body: '{}' };
    expect((await bench.ask(path, { method, ...body })).status).toBe(200);
    expect(bench.calls.map((call) => [call.method, call.path])).toEqual([[method, expected]]);
  });

  it.each([
    ['GET', 'api/openapi.json'],
    ['DELETE', 'api/credentials/acme-prod'],
    ['PUT', 'api/credentials/acme-prod/schedule'],
    ['DELETE', 'api/rotations'],
    ['POST', 'api/rotations/key-1'],
    ['GET', 'api/rotations/../openapi.json'],
    ['POST', 'api/credentials'],
    ['GET', 'api/credentials/acme-prod/secret'],
    ['GET', 'api/credentials/a/b/c/d'],
    ['GET', 'api/credentials/../openapi.json'],
    ['GET', 'api/credentials/%2e%2e/openapi.json'],
    ['GET', 'api//credentials'],
    ['GET', 'api/credentials/'],
  ])('%s %s is none: the API does not hear of it', async (method, path) => {
    bench = await consoleOf();
    const answer = await bench.ask(path, { method });
    expect(answer.status).toBe(404);
    expect(bench.calls).toEqual([]);
  });

  it('that begin many are told where to look when their answer is lost', async () => {
    bench = await consoleOf();
    await bench.ask('api/rotations', { method: 'POST', body: '{"select":{"all":true}}', headers: json });
    expect(bench.calls).toMatchObject([{ reads: false, ifLost: expect.stringContaining('list of rotations') }]);
  });

  it.each(['[]', '"text"', 'null', '{"a":'])('with %s as the body are refused here', async (body) => {
    bench = await consoleOf();
    const answer = await bench.ask('api/credentials/acme-prod/rotations', { method: 'POST', body, headers: json });
    expect([answer.status, bench.calls]).toEqual([400, []]);
  });

  it('with more than the API takes are refused here', async () => {
    bench = await consoleOf();
    const body = JSON.stringify({ reason: 'x'.repeat(70_000) });
    const answer = await bench.ask('api/credentials/acme-prod/rotations', { method: 'POST', body });
    expect([answer.status, bench.calls]).toEqual([413, []]);
  });

  it('get the problem of the API as it is, with when to try again', async () => {
    const problem = { code: 'too-soon', title: 'The last change is too recent', next: 'Repeat.', nothingChanged: true };
    bench = await consoleOf({ send: async () => answered(409, problem, { 'retry-after': '30' }) });
    const answer = await bench.ask('api/credentials/acme-prod');
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([409, '30', problem]);
  });

  it.each([
    [failed({ what: 'The API did not answer', code: 'ECONNREFUSED', next: 'csr doctor' }), true],
    [new CliError(EXIT.changed, { what: 'The API did not answer', state: '', next: 'Look first.' }), null],
  ])('are told what state things are in when there is no answer: %s', async (error, nothingChanged) => {
    bench = await consoleOf({ send: () => Promise.reject(error) });
    const answer = await bench.ask('api/credentials/acme-prod');
    expect([answer.status, await answer.json()]).toMatchObject([
      502,
      { title: 'The API did not answer', next: error.facts.next, nothingChanged },
    ]);
  });

  it('are told of an unforeseen fault by its kind alone', async () => {
    bench = await consoleOf({ send: () => Promise.reject(new TypeError('canary-secret')) });
    const answer = await bench.ask('api/credentials');
    const told = await answer.text();
    expect([answer.status, told]).toEqual([500, expect.stringContaining('TypeError')]);
    expect(told + bench.notes.join('')).not.toContain('canary');
  });
});
