import { describe, expect, it } from '@jest/globals';
import { abilityChecks } from '../../../cli/iam/verify/abilities.ts';
import { type Check, isWrong } from '../../../cli/iam/verify/checks.ts';
import { refusalChecks } from '../../../cli/iam/verify/refusals.ts';
import type { RotatorDeps } from '../../../cli/iam/verify/rotator.ts';
import { type FetchInit, sentInClear } from '../../../functions/adapters/http/fetch.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { TARGET } from './a-realm.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const REALM = new URL(TARGET.adminUrl).pathname;
const TRIALS = { nobody: '00000000-0000-4000-8000-000000000000', others: ['id-C'], manageClients: false };
const forbidden = () => Response.json({ error: 'HTTP 403 Forbidden' }, { status: 403 });
const inSeconds = (seconds: number) => String(Math.floor(NOW.getTime() / 1000) + seconds);

/** The rotator's own calls, answered by a test. `sent` gets each call of the admin API. */
function depsWith(answer: (call: string, init: FetchInit) => Response, sent: string[] = []): RotatorDeps {
  return {
    now: () => NOW,
    newId: () => 'an-id',
    signer: { sign: () => Promise.reject(new Error('it has a secret')) },
    sleep: async () => {},
    accessSecrets: { read: async () => ({ clientSecret: new Secret('s') }) as never },
    fetch: async (url, init) => {
      const { pathname, search } = new URL(url);
      if (pathname.endsWith('/token'))
        return Response.json({ access_token: 't', token_type: 'bearer', expires_in: 60 });
      const call = `${init.method} ${pathname.replace(REALM, '')}${search}`;
      sent.push(call);
      return answer(call, init);
    },
  };
}

const client = (clientId: string, attributes: Record<string, string> = {}) => ({
  id: `id-${clientId}`,
  clientId,
  secret: `secret-of-${clientId}`,
  serviceAccountsEnabled: true,
  attributes,
});

/** A Keycloak that holds the clients, with the members that a PUT may leave in them. */
function holding(attributes: Record<string, string>, put: () => Response = () => new Response(null, { status: 204 })) {
  return (call: string) => {
    if (call.startsWith('PUT')) return put();
    const [, clientId = ''] = /clientId=(\w)|id-(\w)/.exec(call)?.filter(Boolean) ?? [];
    const found = client(clientId, attributes);
    return Response.json(call.includes('?') ? [found] : found);
  };
}

const resultsOf = (checks: readonly Check[], on = 'A') =>
  checks.filter((one) => one.on === on).map(({ what, result }) => [what, result]);

describe('what a rotator must be able to do', () => {
  it('is proven by the calls of a run, without a secret in any of them', async () => {
    const bodies: (string | undefined)[] = [];
    const answer = holding({ 'client.secret.expiration.time': inSeconds(1_000_000) });
    const deps = depsWith((call, init) => {
      if (init.method === 'PUT') bodies.push(sentInClear(init).body);
      return answer(call);
    });
    const checks = await abilityChecks(TARGET, deps, true);
    expect(checks.every(({ result }) => result === 'ok')).toBe(true);
    expect(resultsOf(checks).map(([what]) => what)).toEqual([
      'read it and its secret',
      'set its secret',
      'keep its previous secret',
    ]);
    expect(bodies).toHaveLength(2);
    expect(bodies.filter((body) => body?.includes('secret-of'))).toEqual([]);
  });

  it('may lack an overlap, unless a credential demands it', async () => {
    const deps = depsWith(holding({}));
    const checks = await abilityChecks({ ...TARGET, overlapping: ['B'] }, deps, true);
    const overlap = (on: string) =>
      checks.find((one) => one.on === on && one.what === 'keep its previous secret')?.result;
    expect([overlap('A'), overlap('B')]).toEqual(['accepted', 'missing']);
  });

  it.each([
    [
      'a previous secret is alive',
      {
        'client.secret.rotated': 'p',
        'client.secret.rotated.creation.time': inSeconds(-60),
        'client.secret.rotated.expiration.time': inSeconds(60),
      },
      true,
    ],
    ['the secret has expired', { 'client.secret.expiration.time': inSeconds(-60) }, true],
    ['the operator does not want it', {}, false],
  ])('is not written while %s', async (_what, attributes, write) => {
    const sent: string[] = [];
    const checks = await abilityChecks(TARGET, depsWith(holding(attributes as Record<string, string>), sent), write);
    expect(resultsOf(checks).slice(1)).toEqual([
      ['set its secret', 'not-tried'],
      ['keep its previous secret', 'not-tried'],
    ]);
    expect(sent.filter((call) => !call.startsWith('GET'))).toEqual([]);
  });

  it('is missing where the IAM refuses it, or shows no client', async () => {
    const refused = await abilityChecks(TARGET, depsWith(holding({}, forbidden)), true);
    expect(resultsOf(refused)).toEqual([
      ['read it and its secret', 'ok'],
      ['set its secret', 'missing'],
    ]);
    const hidden = await abilityChecks(
      TARGET,
      depsWith(() => Response.json([])),
      true,
    );
    expect(resultsOf(hidden)).toEqual([['read it and its secret', 'missing']]);
  });
});

describe('what a rotator must not be able to do', () => {
  it('is refused everywhere, or shows nothing of others', async () => {
    const deps = depsWith((call) => {
      if (call === 'GET ') return Response.json({ realm: 'acmeprod' });
      if (call.startsWith('GET /clients?first=')) return Response.json([client('A'), client('B')]);
      return call.startsWith('GET /clients?clientId=') ? Response.json([]) : forbidden();
    });
    const checks = await refusalChecks(TARGET, deps, TRIALS);
    expect(checks.filter(isWrong)).toEqual([]);
    expect(new Set(checks.map(({ on }) => on))).toEqual(
      new Set(['other clients', 'clients', 'users', 'groups', 'roles', 'realm', 'events', 'other realms']),
    );
  });

  it('lets a rotator see itself where its own secret is rotated, and only there', async () => {
    const tried = async (clients: readonly string[]) => {
      const checks = await refusalChecks({ ...TARGET, clients }, depsWith(forbidden), TRIALS);
      return checks.some(({ what }) => what === 'find rotator');
    };
    expect([await tried(['A', 'B']), await tried(['A', 'rotator'])]).toEqual([true, false]);
  });

  it.each([
    ['a success', () => Response.json({ sslRequired: 'all', accessTokenLifespan: 60 }), 'too-much'],
    ['a list with others', () => Response.json([client('A'), client('C')]), 'too-much'],
    ['"not there"', () => Response.json({ error: 'Could not find' }, { status: 404 }), 'too-much'],
    ["a proxy's page", () => new Response('<html>', { status: 403 }), 'unclear'],
    ['a fault of the server', () => Response.json({ error: 'unknown_error' }, { status: 500 }), 'unclear'],
  ])('counts %s as what it is', async (_what, answer, result) => {
    const checks = await refusalChecks(TARGET, depsWith(answer), TRIALS);
    expect([...new Set(checks.map((one) => one.result))]).toEqual([result]);
  });

  it('counts "there already" as done', async () => {
    const exists = () => Response.json({ errorMessage: 'exists' }, { status: 409 });
    const deps = depsWith((call) => (call === 'POST /clients' ? exists() : forbidden()));
    const checks = await refusalChecks(TARGET, deps, TRIALS);
    expect(checks.filter(isWrong)).toEqual([expect.objectContaining({ what: 'create one', result: 'too-much' })]);
  });

  it('with manage-clients is borne for clients, and for nothing else', async () => {
    const deps = depsWith(() => Response.json([client('C')]));
    const checks = await refusalChecks(TARGET, deps, { ...TRIALS, manageClients: true });
    const on = (result: Check['result']) => new Set(checks.filter((one) => one.result === result).map((one) => one.on));
    expect(on('accepted')).toEqual(new Set(['other clients', 'clients']));
    expect(on('too-much').has('users')).toBe(true);
  });

  it('is tried with writes about nobody, or about what is there already', async () => {
    const writes: [string, string | undefined][] = [];
    const deps = depsWith((call, init) => {
      if (init.method !== 'GET') writes.push([call, sentInClear(init).body]);
      return forbidden();
    });
    await refusalChecks(TARGET, deps, TRIALS);
    const harmless = ([call, body]: [string, string | undefined]) =>
      call.includes(TRIALS.nobody) || body === '{"clientId":"A"}' || body === '{"name":"offline_access"}';
    expect(writes.length).toBeGreaterThan(5);
    expect(writes.filter((one) => !harmless(one))).toEqual([]);
  });
});
