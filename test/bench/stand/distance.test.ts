import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { makeCertificate } from '../../../bench/stand/certificate.ts';
import { putAtDistance } from '../../../bench/stand/distance.ts';
import { Running } from '../../../local/embedded-stack/running.ts';

const ROUND_TRIP_MS = 60;

describe('a server at a distance', () => {
  const running = new Running();
  const dispatcher = { of: new Agent() };
  let url = '';
  let opened = 0;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
    running.add(() => rm(folder, { recursive: true }));
    const certificate = await makeCertificate(folder);
    const echo = await running.listen(async (asked) => new Response(await asked.text()));
    const onConnection = () => {
      opened += 1;
    };
    const far = await putAtDistance(echo.url, { roundTripMs: ROUND_TRIP_MS, certificate, onConnection });
    running.add(() => far.close());
    url = far.url;
    dispatcher.of = new Agent({ connect: { ca: certificate.cert }, connections: 1 });
    running.add(() => dispatcher.of.destroy());
  });

  afterAll(() => running.close());

  async function ask(body: string): Promise<{ ms: number; text: string }> {
    const begun = performance.now();
    const answer = await request(url, { method: 'POST', body, dispatcher: dispatcher.of });
    const text = await answer.body.text();
    return { ms: performance.now() - begun, text };
  }

  it('is three round trips away at first, for TCP, TLS and the request, and then one; no less', async () => {
    const first = await ask('hello');
    const second = await ask('again');
    expect([first.text, second.text]).toEqual(['hello', 'again']);
    // Timers may be a millisecond early.
    expect(first.ms).toBeGreaterThan(3 * ROUND_TRIP_MS - 5);
    expect(second.ms).toBeGreaterThan(ROUND_TRIP_MS - 5);
    expect(opened).toBe(1);
  });

  it('gets everything in order', async () => {
    const body = Array.from({ length: 200_000 }, (_, index) => String(index)).join(' ');
    expect((await ask(body)).text).toBe(body);
  });

  it('is not trusted by anybody else', async () => {
    await expect(request(url, { method: 'POST', body: 'hello' })).rejects.toThrow(/self-signed/);
  });
});
