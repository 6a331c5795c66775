import { describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import { isTransient, repeatRead } from '../../../../functions/adapters/http/repeat.ts';

type Answer = Response | Error;

/** Sends the answers one after another; tells what came back, how often was sent, and what was slept. */
async function repeat(...answers: Answer[]) {
  const slept: number[] = [];
  let sent = 0;
  const send = async () => {
    const answer = answers[Math.min(sent++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return (answer as Response).clone();
  };
  const end = await repeatRead(send, async (ms) => void slept.push(ms)).catch((error: unknown) => error);
  return { end, sent, slept };
}

const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers });

describe('isTransient', () => {
  it.each([
    [200, false],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [412, false],
    [429, true],
    [500, true],
    [503, true],
  ])('%d: %s', (code, expected) => {
    expect(isTransient(code)).toBe(expected);
  });
});

describe('repeatRead', () => {
  it.each([200, 400, 401, 403, 404, 409])('takes %d for an answer', async (code) => {
    expect(await repeat(status(code))).toMatchObject({ end: { status: code }, sent: 1, slept: [] });
  });

  it.each([408, 429, 500, 502, 503, 504])('asks again after %d, twice at most', async (code) => {
    const { end, sent, slept } = await repeat(status(code));
    expect(end).toMatchObject({ status: code });
    expect(sent).toBe(3);
    expect(slept).toHaveLength(2);
    expect(await repeat(status(code), status(200))).toMatchObject({ end: { status: 200 }, sent: 2 });
  });

  it('asks again when nobody is there, twice at most', async () => {
    const error = new HttpError('connection', 'gone');
    expect(await repeat(error)).toMatchObject({ end: error, sent: 3 });
    expect(await repeat(error, status(200))).toMatchObject({ end: { status: 200 }, sent: 2 });
  });

  it('does not ask again after a timeout: one dark neighbour costs one timeout', async () => {
    const error = new HttpError('timeout', 'gone');
    expect(await repeat(error, status(200))).toMatchObject({ end: error, sent: 1, slept: [] });
    expect(await repeat(status(503), error)).toMatchObject({ end: error, sent: 2 });
  });

  it('can be told what counts as away', async () => {
    let sent = 0;
    const send = async () => status(sent++ < 1 ? 409 : 200);
    const end = await repeatRead(
      send,
      async () => undefined,
      async ({ status: code }) => code === 409,
    );
    expect([end.status, sent]).toEqual([200, 2]);
  });

  it.each(['redirect', 'not-allowed'] as const)('never asks again after %s', async (kind) => {
    expect(await repeat(new HttpError(kind, 'no'))).toMatchObject({ sent: 1, slept: [] });
  });

  it('never asks again after an error that it does not know', async () => {
    expect(await repeat(new TypeError('a fault of the program'))).toMatchObject({ sent: 1 });
  });

  it('waits as long as it is told, within reason', async () => {
    expect((await repeat(status(503, { 'retry-after': '1' }), status(200))).slept).toEqual([1000]);
    expect((await repeat(status(503, { 'retry-after': '3600' }), status(200))).slept).toEqual([2000]);
    const date = await repeat(status(503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }), status(200));
    expect(date.slept[0]).toBeLessThan(2000);
  });
});
