import { afterEach, expect, it } from '@jest/globals';
import { acknowledge, lookAt, requestRotation } from '../../../local/demo/operator.ts';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';

let api: Server | undefined;
afterEach(() => api?.close());

async function answered(status: number, body: object): Promise<unknown> {
  api = await serve(async () => Response.json(body, { status }));
  return await requestRotation(api.url, 'acme-prod', { reason: 'drill' }).catch((error: Error) => error.message);
}

it('tells of a problem the credential, the code, the cause and what to do', async () => {
  const problem = {
    code: 'rolled-back',
    cause: 'connector-timeout',
    detail: 'ifs: no answer',
    next: 'Make it reachable.',
  };
  expect(await answered(502, problem)).toBe(
    'acme-prod: the API answered 502 rolled-back (connector-timeout): ifs: no answer. Make it reachable.',
  );
});

it('tells the code once where it is the cause', async () => {
  expect(await answered(409, { code: 'too-soon', detail: 'just now', next: 'Wait.' })).toBe(
    'acme-prod: the API answered 409 too-soon: just now. Wait.',
  );
});

it.each([
  ['the API', 202, { rotationId: null }],
  ['the gateway', 500, { message: 'Internal Server Error' }],
])('leaves it to the caller to see the end when %s does not wait for it', async (_who, status, body) => {
  expect(await answered(status, body)).toBeUndefined();
});

it.each([
  ['an acknowledgement', (url: string) => acknowledge(url, { id: 'acme-prod', connector: 'IFS', versionId: 'v' })],
  ['a look', (url: string) => lookAt(url, 'acme-prod')],
])('tells of a problem with %s', async (_what, call) => {
  const problem = { code: 'version-not-current', detail: 'the current one is w', next: 'Enter that one.' };
  api = await serve(async () => Response.json(problem, { status: 409 }));
  await expect(call(api.url)).rejects.toThrow(
    'acme-prod: the API answered 409 version-not-current: the current one is w. Enter that one.',
  );
});
