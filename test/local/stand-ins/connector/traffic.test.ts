import { afterEach, describe, expect, it } from '@jest/globals';
import type { Section } from '../../../../local/stand-ins/connector/configuration.ts';
import { due, startTraffic, type Traffic, type TrafficReport } from '../../../../local/stand-ins/connector/traffic.ts';
import { type Handler, type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { configuration, engineWith, JANUARY, section, UMLAUT } from './fixture.ts';

describe('the pace of traffic', () => {
  it('is what the rate says', () => {
    expect(due({ elapsedMs: 0, rate: 50, paced: 0, inFlight: 0, maxInFlight: 50 })).toEqual({ send: 0, skip: 0 });
    expect(due({ elapsedMs: 20, rate: 50, paced: 0, inFlight: 0, maxInFlight: 50 })).toEqual({ send: 1, skip: 0 });
    expect(due({ elapsedMs: 1000, rate: 50, paced: 47, inFlight: 2, maxInFlight: 50 })).toEqual({ send: 3, skip: 0 });
  });

  it('gives up what would exceed the limit, so that nothing piles up', () => {
    expect(due({ elapsedMs: 1000, rate: 50, paced: 40, inFlight: 6, maxInFlight: 8 })).toEqual({ send: 2, skip: 8 });
    expect(due({ elapsedMs: 1000, rate: 50, paced: 40, inFlight: 9, maxInFlight: 8 })).toEqual({ send: 0, skip: 10 });
  });

  it('never runs backwards when the clock does', () => {
    expect(due({ elapsedMs: 10, rate: 50, paced: 40, inFlight: 0, maxInFlight: 8 })).toEqual({ send: 0, skip: 0 });
  });
});

describe('the traffic of a connector', () => {
  const running: { traffic?: Traffic; server?: Server } = {};
  afterEach(async () => {
    await running.traffic?.stop();
    await running.server?.close();
  });

  /** An IAM that accepts one secret. */
  function iam(accepted: { secret: string }, seen: Request[] = []): Handler {
    return async (request) => {
      seen.push(request.clone() as Request);
      if (request.method === 'GET') return new Response(null, { status: 403 });
      const form = new URLSearchParams(await request.text());
      const basic = Buffer.from(request.headers.get('authorization')?.slice(6) ?? '', 'base64').toString();
      const secret = form.get('client_secret') ?? decodeURIComponent(basic.split(':')[1] ?? '');
      return secret === accepted.secret
        ? Response.json({ access_token: 'a.b.c', token_type: 'Bearer' })
        : Response.json({ error: 'unauthorized_client' }, { status: 401 });
    };
  }

  async function start(handler: Handler, options: Partial<Parameters<typeof startTraffic>[0]> = {}) {
    const server = await serve(handler);
    running.server = server;
    const from = (): Section => section({ accessTokenUrl: `${server.url}/token` });
    running.traffic = startTraffic({ section: from, rate: 200, ...options });
    return { server, traffic: running.traffic };
  }

  async function until(traffic: Traffic, reached: (report: TrafficReport) => boolean): Promise<TrafficReport> {
    while (!reached(traffic.report())) await new Promise((resolve) => setTimeout(resolve, 5));
    return traffic.report();
  }

  it('asks for tokens by a form with the section’s own fields', async () => {
    const seen: Request[] = [];
    const { traffic } = await start(iam(JANUARY, seen));
    const report = await until(traffic, ({ requests }) => requests >= 3);
    expect(report).toMatchObject({ failed: 0, outages: [], skipped: 0, running: true, rate: 200 });
    expect(Object.fromEntries(new URLSearchParams(await seen[0]?.text()))).toEqual({
      grant_type: 'client_credentials',
      scope: 'openid microprofile-jwt',
      client_id: 'NC_Flow_ClientCredentials',
      client_secret: 'secret-of-january',
    });
  });

  it('asks by Basic where it is told to, each part form-urlencoded', async () => {
    const seen: Request[] = [];
    const { traffic } = await start(iam({ secret: 'never' }, seen), {
      clientAuth: 'basic',
      section: undefined as never,
    });
    await until(traffic, ({ requests }) => requests >= 1);
    expect(traffic.report().outages[0]?.errors).toEqual({ 'no-section': traffic.report().failed });
    await traffic.stop();
    const url = `${running.server?.url}/token`;
    running.traffic = startTraffic({
      section: () => section({ accessTokenUrl: url, clientId: 'a:b', clientSecret: 'p+q%' }),
      clientAuth: 'basic',
    });
    await until(running.traffic, ({ requests }) => requests >= 1);
    // printf %s 'a%3Ab:p%2Bq%25' | base64
    expect(seen[0]?.headers.get('authorization')).toBe('Basic YSUzQWI6cCUyQnElMjU=');
  });

  it('sees a push at once, and counts each request with the secret that it used', async () => {
    const engine = engineWith();
    const accepted = { secret: JANUARY.secret };
    const server = await serve(iam(accepted));
    running.server = server;
    const put = (clientSecret: string) => {
      const runtime = section({ accessTokenUrl: `${server.url}/token`, clientSecret });
      engine.configure('ifs-production', configuration({ runtime }));
    };
    put(JANUARY.secret);
    const traffic = startTraffic({ section: () => engine.sectionOf('ifs-production', 'runtime'), rate: 200 });
    running.traffic = traffic;
    await until(traffic, ({ requests }) => requests >= 3);
    accepted.secret = UMLAUT.secret;
    await until(traffic, ({ failed }) => failed >= 2);
    put(UMLAUT.secret);
    const report = await until(traffic, ({ bySecret }) => (bySecret[UMLAUT.fingerprint]?.requests ?? 0) >= 3);
    expect(report.bySecret[UMLAUT.fingerprint]?.failed).toBe(0);
    expect(report.bySecret[JANUARY.fingerprint]?.failed).toBe(report.failed);
    expect(report.outages).toHaveLength(1);
    expect(report.outages[0]?.errors).toEqual({ unauthorized_client: report.failed });
    expect(JSON.stringify(report)).not.toContain(JANUARY.secret);
  });

  it('holds no more requests open than it may, and skips the others', async () => {
    let open = 0;
    let most = 0;
    const release: (() => void)[] = [];
    const { traffic } = await start(
      async () => {
        open += 1;
        most = Math.max(most, open);
        await new Promise<void>((resolve) => release.push(resolve));
        open -= 1;
        return Response.json({ access_token: 'a.b.c' });
      },
      { maxInFlight: 2 },
    );
    await until(traffic, ({ skipped }) => skipped >= 5);
    expect([most, traffic.report().inFlight]).toEqual([2, 2]);
    const stopped = traffic.stop();
    for (const each of release) each();
    await stopped;
    expect(traffic.report()).toMatchObject({ requests: 2, failed: 0, inFlight: 0, running: false });
  });

  it('counts a refused projection as the request’s failure', async () => {
    const { server, traffic } = await start(iam(JANUARY));
    await traffic.stop();
    const from = () => section({ accessTokenUrl: `${server.url}/token` });
    running.traffic = startTraffic({ section: from, projectionUrl: `${server.url}/main/Projection.svc/` });
    const report = await until(running.traffic, ({ failed }) => failed >= 1);
    expect(Object.keys(report.outages[0]?.errors ?? {})).toEqual(['projection-403']);
  });

  it('names an outage of the IAM as what it is, and not as a wrong secret', async () => {
    const { server, traffic } = await start(async () => new Response('Bootstrap in progress', { status: 503 }));
    await until(traffic, ({ failed }) => failed >= 1);
    await traffic.stop();
    expect(Object.keys(traffic.report().outages[0]?.errors ?? {})).toEqual(['http-503']);
    await server.close();
    running.traffic = startTraffic({ section: () => section({ accessTokenUrl: `${server.url}/token` }) });
    const report = await until(running.traffic, ({ failed }) => failed >= 1);
    expect(Object.keys(report.outages[0]?.errors ?? {})).toEqual(['network-ECONNREFUSED']);
  });

  it('begins anew after a reset', async () => {
    const { traffic } = await start(iam({ secret: 'another' }));
    await until(traffic, ({ failed }) => failed >= 1);
    await traffic.stop();
    traffic.reset();
    expect(traffic.report()).toMatchObject({ requests: 0, failed: 0, outages: [], bySecret: {} });
  });
});
