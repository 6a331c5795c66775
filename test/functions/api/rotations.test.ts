import { describe, expect, it } from '@jest/globals';
import type { ApiResponse } from '../../../functions/api/problem.ts';
import { type RotationCall, rotateLater, rotateNow } from '../../../functions/api/rotations.ts';
import type { RotateAnswer } from '../../../functions/credential/answer.ts';
import { RotationError } from '../../../functions/credential/errors.ts';
import { RefusedError, type RotateFunction } from '../../../functions/ports/api/rotate-function.ts';
import { serviceError } from '../../support/sdk.ts';

const CALL: RotationCall = {
  id: 'acme-prod',
  requestId: 'r1',
  body: { reason: 'left', force: true },
  requestedBy: 'arn:aws:iam::1:user/eve',
};
const ROTATION = { rotationId: 'v1', credential: 'acme-prod', trigger: 'api', outcome: 'rotated', connectors: [] };

type Answer = (abort: AbortSignal) => Promise<unknown>;

/** A function that answers so; `sent` holds the calls. */
function rotateFunction(answer: Answer) {
  const sent: { type: 'call' | 'handOver'; event: unknown }[] = [];
  const port: RotateFunction = {
    call: async (event, signal) => {
      sent.push({ type: 'call', event });
      return (await answer(signal)) as RotateAnswer;
    },
    handOver: async (event, signal) => {
      sent.push({ type: 'handOver', event });
      await answer(signal);
    },
  };
  return { port, sent };
}

interface Setting {
  readonly waitMs?: number;
  readonly asked?: RotationCall;
  readonly rotate?: typeof rotateLater;
}

async function call(answer: Answer, setting: Setting = {}) {
  const { waitMs = 5000, asked = CALL, rotate = rotateNow } = setting;
  const { port, sent } = rotateFunction(answer);
  const response = await rotate(asked, { rotateFunction: port, waitMs });
  return { ...(response as ApiResponse), json: JSON.parse(response?.body ?? 'null'), sent };
}

const payload = (value: unknown) => async () => value;
const never = (abort: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    abort.addEventListener('abort', () => reject(serviceError('AbortError')));
  });

describe('rotateNow', () => {
  it('invokes rotate once, with the request id, who called and why', async () => {
    const { sent, statusCode, json } = await call(payload({ rotation: ROTATION }));
    const event = { trigger: 'api', id: 'acme-prod', requestId: 'r1', requestedBy: CALL.requestedBy, ...CALL.body };
    expect(sent).toEqual([{ type: 'call', event }]);
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
    expect(json).toMatchObject({ code: 'too-soon', credential: 'acme-prod', requestId: 'r1', nothingChanged: true });
  });

  it('answers 202 with the request id and where to look when the run takes longer, and it goes on', async () => {
    const { statusCode, headers, json, sent } = await call(never, { waitMs: 20 });
    expect([statusCode, json]).toEqual([202, { requestId: 'r1' }]);
    expect(headers.location).toBe('/credentials/acme-prod/rotations/r1');
    expect(sent).toHaveLength(1);
  });

  it('leads to the credential where the ledger does not know of the request, and says so', async () => {
    const { statusCode, headers, json } = await call(never, { waitMs: 20, asked: { ...CALL, recorded: false } });
    expect([statusCode, json]).toEqual([202, { requestId: 'r1', recorded: false }]);
    expect(headers.location).toBe('/credentials/acme-prod');
  });

  it('answers 504 when a dry run takes longer: nothing goes on that could be looked at', async () => {
    const asked = { id: 'acme-prod', requestedBy: 'arn:eve', body: { dryRun: true } };
    const { statusCode, json } = await call(never, { waitMs: 20, asked });
    expect([statusCode, json.code, json.nothingChanged]).toEqual([504, 'out-of-time', true]);
  });

  it.each<[string, Answer]>([
    ['the function ended without an answer', async () => undefined],
    [
      'the connection broke',
      async () => Promise.reject(Object.assign(new Error('not-to-be-told'), { code: 'ECONNRESET' })),
    ],
    ['Lambda failed', async () => Promise.reject(serviceError('ServiceException'))],
  ])('says that it does not know whether something was changed when %s', async (_what, answer) => {
    const { statusCode, json, body } = await call(answer);
    expect(statusCode).toBe(500);
    expect(json).toMatchObject({
      code: 'internal-error',
      nothingChanged: null,
      credential: 'acme-prod',
      requestId: 'r1',
    });
    expect(json.next).toContain('GET /credentials/acme-prod/rotations/r1');
    expect(body).not.toContain('not-to-be-told');
  });

  it.each([
    ['ResourceNotFoundException', false, 'internal-error'],
    ['TooManyRequestsException', true, 'lambda-throttled'],
  ] as const)(
    'throws the name alone when Lambda refuses the call, so that nothing was begun: %s',
    async (name, throttled, code) => {
      const error = await call(() => Promise.reject(new RefusedError(name, throttled))).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(RotationError);
      expect(error).toMatchObject({ code, message: expect.stringContaining(name) });
      expect(String(error)).not.toContain('not-to-be-told');
    },
  );

  it('tells no name that is not one of an error: whatever answered chose it', async () => {
    const error = await call(() => Promise.reject(new RefusedError('not-to-be-told', false))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'internal-error', message: expect.stringContaining('unknown error') });
    expect(String(error)).not.toContain('not-to-be-told');
  });
});

describe('rotateLater', () => {
  it('hands the event over to Lambda and does not wait for the run', async () => {
    const { sent, statusCode } = await call(async () => undefined, { rotate: rotateLater });
    expect(statusCode).toBeUndefined();
    expect(sent).toMatchObject([{ type: 'handOver' }]);
  });

  it('does not know whether a run begins when Lambda does not answer', async () => {
    const { statusCode, json } = await call(never, { rotate: rotateLater, waitMs: 20 });
    expect([statusCode, json.nothingChanged, json.requestId]).toEqual([500, null, 'r1']);
  });

  it('throws when Lambda refuses the event: nothing begins', async () => {
    const refused = call(() => Promise.reject(new RefusedError('TooManyRequestsException', true)), {
      rotate: rotateLater,
    });
    await expect(refused).rejects.toMatchObject({ code: 'lambda-throttled' });
  });
});
