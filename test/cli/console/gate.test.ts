import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bench, consoleOf } from './console-of.ts';

const REFUSAL = 'This link was used, or belongs to another console. csr console makes a new one.\n';

describe('the console lets in', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await consoleOf();
  });
  afterEach(() => bench.served.close());

  /** Asks with headers that `fetch` would not let through. */
  const raw = (address: string, headers: Record<string, string>) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      request(address, { headers }, (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject);
      })
        .on('error', reject)
        .end();
    });

  it('the browser that opens the link first, by a cookie that neither scripts nor other sites get', async () => {
    const answer = await fetch(bench.served.link);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect([answer.status, cookie]).toEqual([
      200,
      expect.stringMatching(/^csr-console=[\w-]{43}; Path=\/[\w-]{22}\/; HttpOnly; SameSite=Strict$/),
    ]);
    expect(await answer.text()).not.toContain('<script');
    expect((await bench.ask('')).status).toBe(403);
  });

  it('listens on loopback alone', () => {
    expect(new URL(bench.room).hostname).toBe('127.0.0.1');
  });

  it('nobody a second time by the same token', async () => {
    await bench.enter();
    const replayed = await fetch(bench.served.link);
    expect([replayed.status, await replayed.text(), replayed.headers.get('set-cookie')]).toEqual([403, REFUSAL, null]);
  });

  it('nobody by a wrong token, which does not use up the right one', async () => {
    const wrong = await fetch(`${bench.room}?token=${'x'.repeat(43)}`);
    expect([wrong.status, await wrong.text()]).toEqual([403, REFUSAL]);
    expect(await bench.enter()).not.toBe('');
  });

  it.each(['', 'console.js', 'style.css', 'about', 'api/credentials', 'api/rotations', 'reveal', 'anything'])(
    'no second browser without the cookie to /%s',
    async (path) => {
      await bench.enter();
      const answer = await fetch(`${bench.room}${path}`);
      expect([answer.status, await answer.text()]).toEqual([403, REFUSAL]);
      expect(bench.calls).toEqual([]);
    },
  );

  it('no page of another origin, though it had the cookie', async () => {
    await bench.enter();
    for (const origin of ['https://evil.example.com', 'null', 'http://127.0.0.1:1', 'http://localhost']) {
      const asked = await bench.ask('api/credentials', { headers: { origin } });
      const posted = await bench.ask('reveal', { method: 'POST', body: '{}', headers: { origin } });
      const ended = await bench.ask('api/rotations/key-1', { method: 'DELETE', headers: { origin } });
      expect([origin, asked.status, posted.status, ended.status, await asked.text()]).toEqual([
        origin,
        ...[403, 403, 403],
        REFUSAL,
      ]);
    }
    expect([bench.calls, bench.reads]).toEqual([[], []]);
  });

  it('no write without an origin, and nothing that a browser calls cross-site', async () => {
    const cookie = await bench.enter();
    const post = await fetch(`${bench.room}reveal`, { method: 'POST', body: '{}', headers: { cookie } });
    expect(post.status).toBe(403);
    for (const site of ['cross-site', 'same-site']) {
      const { status } = await raw(`${bench.room}api/credentials`, { cookie, 'sec-fetch-site': site });
      expect([site, status]).toEqual([site, 403]);
    }
  });

  it('nobody who calls it by another name, as a foreign DNS name would', async () => {
    const cookie = await bench.enter();
    const { port } = new URL(bench.room);
    for (const host of [`evil.example.com:${port}`, `localhost:${port}`, '127.0.0.1', `[::1]:${port}`]) {
      expect(await raw(bench.room, { cookie, host })).toEqual({ status: 403, body: REFUSAL });
      expect(await raw(bench.served.link, { host })).toEqual({ status: 403, body: REFUSAL });
    }
  });

  it('nobody to another path than its own', async () => {
    const cookie = await bench.enter();
    const answer = await fetch(`${new URL(bench.room).origin}/`, { headers: { cookie } });
    expect([answer.status, await answer.text()]).toEqual([403, REFUSAL]);
  });

  it('what is served: its own files, with nothing from elsewhere and nothing inline', async () => {
    const page = await bench.ask('');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'/,
    );
    expect(policy).not.toContain('unsafe');
    expect(await page.text()).not.toMatch(/<script(?![^>]*\ssrc="console\.js")|<style|\sstyle=|\son\w+=|https?:/);
    for (const path of ['__proto__', 'constructor', 'toString']) expect((await bench.ask(path)).status).toBe(404);
  });
});
