import { beforeAll, describe, expect, it } from '@jest/globals';
import { assertionCases } from './iam-assertions.ts';
import { belongingsCases } from './iam-belongings.ts';
import { errorCases } from './iam-errors.ts';
import { type IamFixture, type IamProbe, iamProbe, type Mark, roleOf } from './iam-probe.ts';

/** Seconds; what the policies of {@link setPolicies} say. */
const TEN_YEARS = 315_360_000;
const TWO_DAYS = 172_800;

const WRONG_SECRET = [401, 'unauthorized_client', 'Invalid client or Invalid client credentials'];

/**
 * How Keycloak, with the feature client-secret-rotation, treats a client's secret: the traps included, and in what releases
 * differ. The same cases run against the embedded IAM and against a real one.
 *
 * @param setUp makes an empty realm and says how it is reached
 */
export function iamBehaviourContract(setUp: () => Promise<IamFixture>): void {
  let iam: IamProbe;
  beforeAll(async () => {
    iam = iamProbe(await setUp());
    await setPolicies(iam);
  });

  describe('with a rotation policy that applies', () => {
    it('keeps the previous secret valid by Basic and by form, beside the new one', async () => {
      const client = await iam.marked();
      expect((await client.put(overlap(iam, client.secret, 'new'))).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 200]);
      expect([await client.login('new', 'basic'), await client.login(client.secret, 'basic')]).toEqual([200, 200]);
      expect((await client.call('GET', '/client-secret')).body).toEqual({ type: 'secret', value: 'new' });
      expect((await client.call('GET', '/client-secret/rotated')).body).toEqual({
        type: 'secret',
        value: client.secret,
      });
    });

    it('applies already in the PUT that sets the marker, but in 22.0, where none goes by attributes', async () => {
      const client = await iam.client();
      await client.put(overlap(iam, client.secret, 'new', { 'novacura.rotation': 'on' }));
      const kept = iam.fixture.release === '22.0' ? 401 : 200;
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, kept]);
    });

    it('is idempotent: the same overlap again, and with later times, changes nothing', async () => {
      const client = await iam.marked();
      for (const _ of [1, 2, 3]) await client.put(overlap(iam, client.secret, 'new'));
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 200]);
    });

    it.each([
      ['the rotated secret alone', [], 401],
      ['without its creation time', ['client.secret.rotated.expiration.time'], 401],
      ['without its expiration time', ['client.secret.rotated.creation.time'], 401],
      ['with both times', ['client.secret.rotated.creation.time', 'client.secret.rotated.expiration.time'], 200],
    ])('needs creation and expiration time of the rotated secret: %s', async (_, sent, status) => {
      const client = await iam.marked();
      const { secret, attributes } = overlap(iam, client.secret, 'new');
      const kept = ['client.secret.rotated', ...sent];
      const some = Object.fromEntries(Object.entries(attributes).filter(([name]) => kept.includes(name)));
      expect((await client.put({ secret, attributes: some })).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, status]);
    });

    it('ends the previous secret at once when only a secret is PUT: no overlap comes of itself', async () => {
      const client = await iam.marked();
      expect((await client.put({ secret: 'new', attributes: {} })).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
    });

    it('ends the previous secret when its own time is over, whatever the policy says; it can still be read', async () => {
      const client = await iam.marked();
      const soon = `${iam.nowSeconds() + 2}`;
      await client.put(overlap(iam, client.secret, 'new', { 'client.secret.rotated.expiration.time': soon }));
      expect(await client.login(client.secret)).toBe(200);
      await iam.passSeconds(3);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
      expect((await client.call('GET', '/client-secret/rotated')).status).toBe(200);
    });

    it('has one place for a previous secret: A dies when B is replaced by C', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'B'));
      await client.put(overlap(iam, 'B', 'C'));
      expect([await client.login(client.secret), await client.login('B'), await client.login('C')]).toEqual([
        401, 200, 200,
      ]);
    });

    it('ends the real previous secret when the repeat takes it from the client: rotated equals current', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'new'));
      expect((await client.put(overlap(iam, 'new', 'new'))).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
    });

    it('accepts a rotated secret that never was current', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, 'planted', client.secret));
      expect([await client.login(client.secret), await client.login('planted')]).toEqual([200, 200]);
    });

    it('ends the overlap by DELETE, twice as well as once, and by blank attributes', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'new'));
      expect((await client.call('DELETE', '/client-secret/rotated')).status).toBe(204);
      expect((await client.call('DELETE', '/client-secret/rotated')).status).toBe(204);
      expect(await client.login(client.secret)).toBe(401);
      await client.put(overlap(iam, client.secret, 'new'));
      const names = [
        'client.secret.rotated',
        'client.secret.rotated.creation.time',
        'client.secret.rotated.expiration.time',
      ];
      await client.put({ attributes: Object.fromEntries(names.map((name) => [name, ''])) });
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
      const none = await client.call('GET', '/client-secret/rotated');
      expect([none.status, none.body]).toEqual([404, { error: 'Client does not have a rotated secret' }]);
    });

    it('keeps the overlap over unrelated PUTs, and over one of the whole client as it was read', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'new'));
      for (const body of [
        { description: 'x' },
        { attributes: { foo: 'bar' } },
        { secret: 'new' },
        await client.read(),
      ]) {
        expect((await client.put(body)).status).toBe(204);
        expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 200]);
      }
    });

    it('takes an old secret back when somebody saves a client that was read before', async () => {
      const client = await iam.marked();
      const stale = await client.read();
      await client.put({ secret: 'new', attributes: {} });
      await client.put(stale);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([401, 200]);
    });

    it('stamps an expiry on a secret that has none, and never renews one that it has', async () => {
      const client = await iam.client();
      await iam.mark(client, 'on');
      const stamped = Number((await client.attributes())['client.secret.expiration.time']);
      expect(Math.abs(stamped - iam.nowSeconds() - TEN_YEARS)).toBeLessThan(10);
      const own = `${iam.nowSeconds() + 5000}`;
      await client.put({ secret: 'new', attributes: { 'client.secret.expiration.time': own } });
      await client.put({ secret: 'newer', attributes: {} });
      expect((await client.attributes())['client.secret.expiration.time']).toBe(own);
    });

    it.each(['0', '', '-1'])('replaces the impossible expiry "%s" by its own', async (expiry) => {
      const client = await iam.marked();
      expect((await client.put({ attributes: { 'client.secret.expiration.time': expiry } })).status).toBe(204);
      const stamped = Number((await client.attributes())['client.secret.expiration.time']);
      expect(Math.abs(stamped - iam.nowSeconds() - TEN_YEARS)).toBeLessThan(10);
    });

    it('fails with 500 over an expiry that is no number, and changes nothing', async () => {
      const client = await iam.marked();
      const answer = await client.put({ secret: 'new', attributes: { 'client.secret.expiration.time': 'abc' } });
      expect([answer.status, answer.body.error]).toEqual([500, 'unknown_error']);
      expect([await client.login(client.secret), await client.login('new')]).toEqual([200, 401]);
    });

    it('refuses every secret but the current one with 400 when the rotated expiry is no number', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'new', { 'client.secret.rotated.expiration.time': 'abc' }));
      const expected = [400, 'unauthorized_client', 'Unexpected error when authenticating client'];
      expect(await client.refusal(client.secret)).toEqual(expected);
      expect(await client.refusal('wrong')).toEqual(expected);
      expect(await client.login('new')).toBe(200);
    });
  });

  describe('once the expiry of the current secret has passed', () => {
    async function expired() {
      const client = await iam.marked();
      const soon = { 'client.secret.expiration.time': `${iam.nowSeconds() + 2}` };
      await client.put(overlap(iam, client.secret, 'new', soon));
      await iam.passSeconds(3);
      return client;
    }

    it('refuses both, the current and the unexpired previous secret, as if they were wrong', async () => {
      const client = await expired();
      expect(await client.refusal('new')).toEqual(WRONG_SECRET);
      expect(await client.refusal(client.secret)).toEqual(WRONG_SECRET);
    });

    it('answers 204 and installs a random secret when a PUT carries no future expiry; ours becomes the rotated one', async () => {
      const client = await expired();
      expect((await client.put({ secret: 'ours', attributes: {} })).status).toBe(204);
      const { secret, attributes } = await client.read();
      expect(['ours', 'new', client.secret]).not.toContain(secret);
      expect(attributes['client.secret.rotated']).toBe('ours');
      expect([await client.login(secret), await client.login('ours'), await client.login('new')]).toEqual([
        200, 200, 401,
      ]);
    });

    it('answers 204 and installs a random secret also when the PUT itself brings an expiry that has passed', async () => {
      const client = await iam.marked();
      const past = { 'client.secret.expiration.time': `${iam.nowSeconds() - 10}` };
      expect((await client.put({ secret: 'ours', attributes: past })).status).toBe(204);
      expect((await client.read()).secret).not.toBe('ours');
    });

    it('fails with 500 over a PUT without attributes, and changes nothing', async () => {
      const client = await expired();
      for (const body of [{ description: 'x' }, { secret: 'ours' }]) {
        const answer = await client.put(body);
        expect([answer.status, answer.body.error]).toEqual([500, 'unknown_error']);
      }
      expect((await client.read()).secret).toBe('new');
    });

    it('is repaired by a PUT with a future expiry: our secret is current, the previous one valid', async () => {
      const client = await expired();
      await client.put(overlap(iam, client.secret, 'new'));
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 200]);
    });

    it('is repaired by regenerating: the expired one is valid again as the rotated one', async () => {
      const client = await expired();
      const { value } = (await client.call('POST', '/client-secret')).body;
      expect([await client.login(value), await client.login('new'), await client.login(client.secret)]).toEqual([
        200, 200, 401,
      ]);
    });
  });

  describe('without a policy that applies', () => {
    it('answers 204 and ends the old secret at once: the overlap is stripped without a word', async () => {
      const client = await iam.client();
      expect((await client.put(overlap(iam, client.secret, 'new'))).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
      const left = Object.keys(await client.attributes()).filter((name) => name.startsWith('client.secret.'));
      expect(left).toEqual(['client.secret.creation.time']);
    });

    it('strips the expiry as well, so that a probe tells whether the policy applies', async () => {
      const [without, under] = [await iam.client(), await iam.marked()];
      const probe = { attributes: { 'client.secret.expiration.time': `${iam.nowSeconds() + 9000}` } };
      for (const client of [without, under]) await client.put(probe);
      expect((await without.attributes())['client.secret.expiration.time']).toBeUndefined();
      expect(await under.attributes()).toMatchObject(probe.attributes);
    });

    it('drops a living overlap at the next PUT of anybody, once the client has left the policy', async () => {
      const client = await iam.marked();
      await client.put(overlap(iam, client.secret, 'new'));
      await iam.unmark(client);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
    });

    it('ends the old secret by regenerating', async () => {
      const client = await iam.client();
      const { status, body } = await client.call('POST', '/client-secret');
      expect([status, body.type]).toEqual([200, 'secret']);
      expect([await client.login(body.value), await client.login(client.secret)]).toEqual([200, 401]);
    });

    it('takes a PUT without attributes', async () => {
      const client = await iam.client();
      expect((await client.put({ secret: 'new' })).status).toBe(204);
      expect([await client.login('new'), await client.login(client.secret)]).toEqual([200, 401]);
    });
  });

  describe('a client that is older than its policy', () => {
    it('fails with 500 over a PUT without attributes: its secret has no expiry yet', async () => {
      const client = await iam.bornMarked();
      const answer = await client.put({ secret: 'new' });
      expect([answer.status, answer.body.error]).toEqual([500, 'unknown_error']);
      expect([await client.login(client.secret), await client.login('new')]).toEqual([200, 401]);
      expect((await client.put({ secret: 'new', attributes: {} })).status).toBe(204);
    });
  });

  describe('regenerating under a policy', () => {
    it('keeps the previous secret for the policy’s own period, and drops the one before', async () => {
      const client = await iam.marked();
      const first = (await client.call('POST', '/client-secret')).body.value;
      expect([await client.login(first), await client.login(client.secret)]).toEqual([200, 200]);
      const ends = Number((await client.attributes())['client.secret.rotated.expiration.time']);
      expect(Math.abs(ends - iam.nowSeconds() - TWO_DAYS)).toBeLessThan(10);
      const second = (await client.call('POST', '/client-secret')).body.value;
      expect([await client.login(second), await client.login(first), await client.login(client.secret)]).toEqual([
        200, 200, 401,
      ]);
    });

    it('keeps nothing where the policy’s rotated period is 0; our own overlap works all the same', async () => {
      const client = await iam.client();
      await iam.mark(client, 'nothing-kept');
      const { value } = (await client.call('POST', '/client-secret')).body;
      expect([await client.login(value), await client.login(client.secret)]).toEqual([200, 401]);
      await client.put(overlap(iam, value, 'ours'));
      expect([await client.login('ours'), await client.login(value)]).toEqual([200, 200]);
    });
  });

  describe('the attributes of a client', () => {
    it('are merged, and a blank value removes one', async () => {
      const client = await iam.client();
      await client.put({ attributes: { a: '1', b: '2' } });
      await client.put({ attributes: { b: '', c: '3' } });
      expect(await client.attributes()).toMatchObject({ a: '1', c: '3' });
      expect(Object.keys(await client.attributes())).not.toContain('b');
    });
  });

  describe('the secret of a client', () => {
    it.each([
      ['a space', ' '],
      ['one letter', 'a'],
      ['a mask, which is stored literally', '**********'],
      ['255 characters', 'x'.repeat(255)],
    ])('can be %s', async (_, secret) => {
      const client = await iam.client();
      expect((await client.put({ secret })).status).toBe(204);
      expect((await client.read()).secret).toBe(secret);
      expect(await client.login(secret)).toBe(200);
    });

    it('can be empty, and logs in', async () => {
      const client = await iam.client();
      expect((await client.put({ secret: '' })).status).toBe(204);
      expect((await client.read()).secret).toBe('');
      expect([await client.login(''), await client.login('', 'basic')]).toEqual([200, 200]);
    });

    it('fails with 500 at 256 characters, and is not changed', async () => {
      const client = await iam.client();
      expect((await client.put({ secret: 'x'.repeat(256) })).status).toBe(500);
      expect(await client.login(client.secret)).toBe(200);
    });

    it('is kept where a PUT names it with null', async () => {
      const client = await iam.client();
      expect((await client.put({ secret: null })).status).toBe(204);
      expect(await client.login(client.secret)).toBe(200);
    });

    it('has letters and digits when Keycloak makes it: 86, and 32 up to 26.0', async () => {
      const client = await iam.client();
      const { value } = (await client.call('POST', '/client-secret')).body;
      expect(value).toMatch(iam.fixture.release === '26.7' ? /^[A-Za-z0-9]{86}$/ : /^[A-Za-z0-9]{32}$/);
    });

    it('goes with the client becoming public, and is a random one when it becomes confidential again', async () => {
      const client = await iam.client();
      await client.put({ publicClient: true });
      expect((await client.call('GET', '/client-secret')).body).toEqual({ type: 'secret' });
      await client.put({ publicClient: false });
      expect([await client.login(client.secret), await client.login((await client.read()).secret)]).toEqual([401, 200]);
    });
  });

  belongingsCases(() => iam);
  errorCases(() => iam);
  assertionCases(() => iam);
}

/** The PUT with which a new secret is set and the previous one kept. */
function overlap(iam: IamProbe, previous: string, secret: string, more: Record<string, string> = {}) {
  const now = iam.nowSeconds();
  return {
    secret,
    attributes: {
      'client.secret.rotated': previous,
      'client.secret.rotated.creation.time': `${now}`,
      'client.secret.rotated.expiration.time': `${now + 1000}`,
      'client.secret.creation.time': `${now}`,
      'client.secret.expiration.time': `${now + TEN_YEARS}`,
      ...more,
    } as Record<string, string>,
  };
}

/** Two policies: one for clients that are marked `on`, one that keeps nothing on regenerating. In 22.0 they go by roles. */
async function setPolicies(iam: IamProbe): Promise<void> {
  const profile = (name: string, rotated: number) => ({
    name,
    executors: [
      {
        executor: 'secret-rotation',
        configuration: {
          'expiration-period': TEN_YEARS,
          'rotated-expiration-period': rotated,
          'remaining-rotation-period': 864_000,
        },
      },
    ],
  });
  const condition = (value: Mark) =>
    iam.fixture.release === '22.0'
      ? { condition: 'client-roles', configuration: { roles: [roleOf(value)] } }
      : {
          condition: 'client-attributes',
          configuration: { attributes: JSON.stringify([{ key: 'novacura.rotation', value }]) },
        };
  const policy = (name: string, value: Mark) => ({
    name,
    enabled: true,
    profiles: [name],
    conditions: [condition(value)],
  });
  const profiles = [profile('kept', TWO_DAYS), profile('nothing-kept', 0)];
  const policies = [policy('kept', 'on'), policy('nothing-kept', 'nothing-kept')];
  expect((await iam.admin('PUT', '/client-policies/profiles', { profiles })).status).toBe(204);
  expect((await iam.admin('PUT', '/client-policies/policies', { policies })).status).toBe(204);
}
