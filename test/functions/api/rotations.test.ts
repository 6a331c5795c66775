import type { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import type { ApiResponse } from '../../../functions/api/problem.ts';
import { rotateNow } from '../../../functions/api/rotations.ts';
import { RotationError } from '../../../functions/credential/errors.ts';
import type { SecretVersion } from '../../../functions/ports/secret-store.ts';
import { lambdaError, serviceError } from '../../support/sdk.ts';

const CALL = { id: 'acme-prod', body: { reason: 'left', force: true }, requestedBy: 'arn:aws:iam::1:user/eve' };
const ROTATION = { rotationId: 'v1', credential: 'acme-prod', trigger: 'api', outcome: 'rotated', connectors: [] };

/** A Lambda service whose function answers so; `sent` holds the inputs of the calls. */
function lambda(answer: (abort: AbortSignal) => Promise<object>) {
  const sent: { FunctionName: string; Payload: string }[] = [];
  const send = async (command: { input: never }, { abortSignal }: { abortSignal: AbortSignal }) => {
    sent.push(command.input);
    return await answer(abortSignal);
  };
  return { client: { send } as unknown as LambdaClient, sent };
}

const CALLED_AT = new Date('2026-03-01T03:00:00.250Z');

/** A version that was created so many milliseconds after the call. */
function version(id: string, stages: string[], afterCallMs: number): SecretVersion {
  return { id, stages, createdAt: new Date(CALLED_AT.getTime() + afterCallMs) };
}

interface Setting {
  readonly waitMs?: number;
  readonly versions?: () => Promise<readonly SecretVersion[]>;
}

async function call(answer: (abort: AbortSignal) => Promise<object>, setting: Setting = {}) {
  const { waitMs = 5000, versions = async () => [] } = setting;
  const { client, sent } = lambda(answer);
  const deps = {
    lambda: client,
    rotateFunctionName: 'rotate',
    storeOf: () => ({ versions }),
    waitMs,
    now: () => CALLED_AT,
  };
  const response: ApiResponse = await rotateNow(CALL, deps);
  return { ...response, json: JSON.parse(response.body), sent };
}

const payload = (value: unknown) => async () => ({ Payload: Buffer.from(JSON.stringify(value)) });
const never = (abort: AbortSignal) =>
  new Promise<object>((_resolve, reject) => {
    abort.addEventListener('abort', () => reject(serviceError('AbortError')));
  });

describe('rotateNow', () => {
  it('invokes rotate once, with who called and why', async () => {
    const { sent, statusCode, json } = await call(payload({ rotation: ROTATION }));
    expect(sent.map(({ FunctionName, Payload }) => [FunctionName, JSON.parse(Payload)])).toEqual([
      [
        'rotate',
        { trigger: 'api', id: 'acme-prod', requestedBy: 'arn:aws:iam::1:user/eve', reason: 'left', force: true },
      ],
    ]);
    expect([statusCode, json]).toEqual([200, ROTATION]);
  });

  it('passes a problem on, with Retry-After', async () => {
    const problem = {
      code: 'too-soon',
      detail: 'Changed just now',
      next: 'Wait.',
      retryAfter: 100,
      nothingChanged: true,
    };
    const { statusCode, headers, json } = await call(payload({ problem }));
    expect([statusCode, headers['retry-after']]).toEqual([409, '100']);
    expect(json).toMatchObject({ code: 'too-soon', credential: 'acme-prod', nothingChanged: true });
  });

  it('answers 202 with where to look when the run takes longer, and it goes on', async () => {
    const versions = async () => [version('v1', ['AWSCURRENT'], -604_800_000), version('v2', ['AWSPENDING'], 300)];
    const { statusCode, headers, json, sent } = await call(never, { waitMs: 20, versions });
    expect([statusCode, json]).toEqual([202, { rotationId: 'v2' }]);
    expect(headers.location).toBe('/credentials/acme-prod/rotations/v2');
    expect(sent).toHaveLength(1);
  });

  it.each<[string, () => Promise<readonly SecretVersion[]>]>([
    ['nothing has been begun yet', async () => [version('v1', ['AWSCURRENT'], -604_800_000)]],
    [
      'what is pending is older than the call',
      async () => [version('v1', ['AWSCURRENT'], -604_800_000), version('v2', ['AWSPENDING'], -1)],
    ],
    ['there is no version at all', async () => []],
    ['the labels can not be read', async () => Promise.reject(new RotationError('store-unavailable', 'away'))],
    ['the labels take too long', () => new Promise(() => {})],
  ])('answers 202 without a rotation, and with the place of the credential, when %s', async (_what, versions) => {
    const { statusCode, headers, json } = await call(never, { waitMs: 20, versions });
    expect([statusCode, json]).toEqual([202, { rotationId: null }]);
    expect(headers.location).toBe('/credentials/acme-prod');
  });

  it.each<[string, (abort: AbortSignal) => Promise<object>]>([
    [
      'the function died',
      async () => ({ FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"not-to-be-told"}') }),
    ],
    [
      'the connection broke',
      async () => Promise.reject(Object.assign(new Error('not-to-be-told'), { code: 'ECONNRESET' })),
    ],
    ['Lambda failed', async () => Promise.reject(lambdaError('ServiceException', 500))],
    ['the answer is cut off', async () => ({ Payload: Buffer.from('{"rotation":{"outc') })],
    ['there is no answer', async () => ({ Payload: Buffer.from('null') })],
  ])('says that it does not know whether something was changed when %s', async (_what, answer) => {
    const { statusCode, json, body } = await call(answer);
    expect(statusCode).toBe(500);
    expect(json).toMatchObject({ code: 'internal-error', nothingChanged: null, credential: 'acme-prod' });
    expect(body).not.toContain('not-to-be-told');
  });

  it.each([
    ['ResourceNotFoundException', 404, 'internal-error'],
    ['TooManyRequestsException', 429, 'lambda-throttled'],
  ] as const)(
    'throws the name alone when Lambda refuses the call, so that nothing was begun: %s',
    async (name, status, code) => {
      const error = await call(() => Promise.reject(lambdaError(name, status))).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RotationError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(name) });
      expect(String(error)).not.toContain('not-to-be-told');
    },
  );

  it('tells no name that is not one of an error: whatever answered chose it', async () => {
    const error = await call(() => Promise.reject(lambdaError('not-to-be-told', 400))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'internal-error', message: expect.stringContaining('unknown error') });
    expect(String(error)).not.toContain('not-to-be-told');
  });
});
