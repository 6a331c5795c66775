import { describe, expect, it } from '@jest/globals';
import { HttpError, type HttpFault } from '../../../functions/adapters/http/connection/http-error.ts';
import { createWorld, FIRST_SECRET, type TestWorld } from '../../support/world.ts';

/** What a connection can fail by before anything is sent, as `test/functions/adapters/http/connection` makes it happen. */
const FAULTS = [
  ['its certificate is of another private authority', 'server-untrusted', 'server-certificate-untrusted'],
  ['its certificate or its authority has expired', 'server-expired', 'server-certificate-expired'],
  ["its certificate is another host's", 'server-mismatch', 'server-certificate-mismatch'],
  ['it misses a client certificate, or refuses ours', 'client-refused', 'client-certificate-refused'],
  ['our client certificate has expired', 'client-invalid', 'client-certificate-invalid'],
  ['what is stored as certificates is none', 'secret-invalid', 'access-secret-invalid'],
  ['it speaks no TLS', 'tls', 'tls-failed'],
  ['its public name leads to a private address', 'not-allowed', 'host-not-allowed'],
  ['the proxy asks for a password', 'proxy-unauthorized', 'proxy-unauthorized'],
  ['the proxy makes no connection', 'proxy-unavailable', 'proxy-unavailable'],
] as const;

const WRITES = /secrets-manager (Put|Update|Tag)|iam (PUT|POST .*client-secret)|connector PATCH/;

function failing(world: TestWorld, place: RegExp, fault: HttpFault): void {
  world.intercept(async ({ name }, perform) => {
    if (place.test(name)) throw new HttpError(fault, 'words of ours');
    return await perform();
  });
}

/** Everybody has the first secret, and it works. */
async function expectAsBefore(world: TestWorld, connectors = 1): Promise<void> {
  expect([world.client().secret, world.current().clientSecret]).toEqual([FIRST_SECRET, FIRST_SECRET]);
  for (let at = 0; at < connectors; at++) expect(world.connectorSecret(at)).toBe(FIRST_SECRET);
  expect(await world.accepts(FIRST_SECRET)).toBe(true);
}

describe.each([
  ['the IAM', /^iam/],
  ['its token endpoint alone', /^iam POST .*\/token/],
  ['its admin API alone', /^iam (GET|PUT)/],
  ['one of two connectors', /ifs-2$/],
])('a run that can not call %s', (_whom, place) => {
  it.each(FAULTS)('since %s, names that, and changes nothing', async (_why, fault, code) => {
    for (const overlap of [true, false]) {
      const world = createWorld({ overlap, connectors: 2 });
      const before = world.calls.length;
      failing(world, place, fault);

      expect(await world.rotate()).toMatchObject({ outcome: 'refused', nothingChanged: true, failure: { code } });
      expect(world.calls.slice(before).filter((name) => WRITES.test(name))).toEqual([]);
      await expectAsBefore(world, 2);
      expect(world.planned.filter(({ target }) => target === 'rotate')).toHaveLength(1);

      world.intercept((_io, perform) => perform());
      world.advance(3_600_000);
      expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    }
  });
});

describe('a connector that can not be called any more once the IAM has the new secret', () => {
  it.each(FAULTS)('since %s: in place everything is taken back', async (_why, fault, cause) => {
    const world = createWorld({ overlap: false });
    failing(world, /^connector PATCH/, fault);

    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: cause } });
    await expectAsBefore(world);
  });

  it.each(FAULTS)('since %s: with an overlap its secret goes on working', async (_why, fault, cause) => {
    const world = createWorld();
    failing(world, /^connector PATCH/, fault);

    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', failure: { code: cause } });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});
