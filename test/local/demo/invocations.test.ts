import { describe, expect, it } from '@jest/globals';
import { credentialIn, Invocations } from '../../../local/demo/invocations.ts';
import type { Invocation } from '../../../local/stand-ins/lambda/host.ts';

const ENDED: Invocation = {
  functionName: 'csr-rotate',
  requestId: 'r',
  event: { id: 'acme-prod' },
  attempt: 1,
  result: { payload: { fine: true } },
};

describe('waiting for an invocation', () => {
  it('ends with what the function answered', async () => {
    const invocations = new Invocations();
    const next = invocations.next(
      'The rotation of acme-prod',
      ({ event }) => credentialIn(event) === 'acme-prod',
      60_000,
    );
    invocations.record({ ...ENDED, event: { id: 'globex-prod' }, result: { payload: 'of another' } });
    invocations.record(ENDED);
    expect(await next).toEqual({ fine: true });
  });

  it('fails with what was waited for, and why it failed', async () => {
    const invocations = new Invocations();
    const next = invocations.next('The rotation of acme-prod', () => true, 60_000);
    invocations.record({
      ...ENDED,
      result: { error: { errorType: 'RotationError', errorMessage: 'refused: ifs: HTTP 503' } },
    });
    await expect(next).rejects.toThrow('The rotation of acme-prod failed: RotationError: refused: ifs: HTTP 503');
  });

  it('fails when nothing comes in time', async () => {
    await expect(new Invocations().next('The retire of acme-prod', () => true, 10)).rejects.toThrow(
      'The retire of acme-prod did not happen within 0.01 s',
    );
  });
});

describe('the credential of an event', () => {
  it.each([
    [{ trigger: 'api', id: 'acme-prod' }, 'acme-prod'],
    [{ trigger: 'schedule', credential: { id: 'acme-prod' } }, 'acme-prod'],
    [{}, ''],
  ])('%j: %j', (event, id) => {
    expect(credentialIn(event)).toBe(id);
  });
});
