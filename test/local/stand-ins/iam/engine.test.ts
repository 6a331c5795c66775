import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ATTRIBUTES } from '../../../../local/stand-ins/iam/secret-rotation.ts';
import { acceptsSecret } from '../../../../local/stand-ins/iam/token-request.ts';
import { engineWithClock } from './fixture.ts';

const CONFIGURATION = { 'expiration-period': 1000, 'rotated-expiration-period': 100, 'remaining-rotation-period': 10 };
const PROFILES = {
  profiles: [{ name: 'p', executors: [{ executor: 'secret-rotation', configuration: CONFIGURATION }] }],
};

function setUp({ conditions, roles = [] }: { conditions: [string, object][]; roles?: string[] }) {
  const { engine, clock } = engineWithClock(1_000_000);
  engine.createRealm('r');
  engine.putProfiles('r', PROFILES);
  const list = conditions.map(([condition, configuration]) => ({ condition, configuration: { ...configuration } }));
  engine.putPolicies('r', { policies: [{ name: 'p', enabled: true, conditions: list, profiles: ['p'] }] });
  const { id } = engine.createClient('r', { clientId: 'c', secret: 'old', roles });
  return { engine, clock, id };
}

const MARKED = [{ key: 'm', value: 'on' }];
const attributesCondition: [string, object] = ['client-attributes', { attributes: JSON.stringify(MARKED) }];

describe('a rotation policy', () => {
  it.each<[string, [string, object][], boolean]>([
    ['any-client', [['any-client', {}]], true],
    ['client-access-type confidential', [['client-access-type', { type: ['confidential'] }]], true],
    ['client-access-type public', [['client-access-type', { type: ['public'] }]], false],
    ['client-roles with a role of the client', [['client-roles', { roles: ['rotate'] }]], true],
    ['client-roles with another role', [['client-roles', { roles: ['other'] }]], false],
    ['client-attributes on an unmarked client', [attributesCondition], false],
    ['two conditions of which one does not hold', [['any-client', {}], attributesCondition], false],
    ['client-scopes, which says nothing on updates', [['client-scopes', {}]], false],
    ['grant-type, which says nothing on updates', [['grant-type', {}]], false],
    ['no condition', [], false],
  ])('with %s applies: or not', (_, conditions, applies) => {
    const { engine, id } = setUp({ conditions, roles: ['rotate'] });
    engine.updateClient('r', id, { attributes: {} });
    expect(engine.client('r', id).attributes[ATTRIBUTES.expiration]).toBe(applies ? '1001000' : undefined);
  });

  it('does not apply to a public client', () => {
    const { engine, id } = setUp({ conditions: [['any-client', {}]] });
    engine.updateClient('r', id, { publicClient: true, attributes: {} });
    expect(engine.client('r', id).attributes[ATTRIBUTES.expiration]).toBeUndefined();
  });

  it('does not apply while it is disabled', () => {
    const { engine, id } = setUp({ conditions: [] });
    const conditions = [{ condition: 'any-client', configuration: {} }];
    engine.putPolicies('r', { policies: [{ name: 'p', enabled: false, conditions, profiles: ['p'] }] });
    engine.updateClient('r', id, { attributes: {} });
    expect(engine.client('r', id).attributes[ATTRIBUTES.expiration]).toBeUndefined();
  });

  it('with a condition that is not embedded is refused with 501 and its name', () => {
    expect(() => setUp({ conditions: [['client-updater-context', {}]] })).toThrow('501');
    expect(() => setUp({ conditions: [['any-client', { 'is-negative-logic': true }]] })).toThrow('501');
  });

  it('can not be set without the feature, and one that was does not apply: the overlap is stripped', () => {
    const { engine, id } = setUp({ conditions: [['any-client', {}]] });
    engine.realm('r').feature = false;
    const attributes = {
      [ATTRIBUTES.rotated]: 'old',
      [ATTRIBUTES.rotatedCreation]: '1000000',
      [ATTRIBUTES.rotatedExpiration]: '1000500',
    };
    engine.updateClient('r', id, { secret: 'new', attributes });
    expect(engine.client('r', id).attributes).toEqual({});
    expect(() => engine.putProfiles('r', PROFILES)).toThrow('does not have valid provider');
  });

  it('fails over periods that are absent, as Keycloak does', () => {
    const { engine } = setUp({ conditions: [] });
    const profiles = [{ name: 'p', executors: [{ executor: 'secret-rotation', configuration: {} }] }];
    expect(() => engine.putProfiles('r', { profiles })).toThrow('500');
  });
});

describe('an overlap', () => {
  it('stays alive when the policy goes, until the next PUT of the client', () => {
    const { engine, clock, id } = setUp({ conditions: [['any-client', {}]] });
    const fresh = engine.regenerateSecret('r', id);
    engine.putPolicies('r', { policies: [] });
    const accepts = (secret: string) => acceptsSecret(engine.client('r', id), secret, clock.seconds);
    expect([accepts(fresh), accepts('old')]).toEqual([true, true]);
    engine.updateClient('r', id, { attributes: { unrelated: 'x' } });
    expect([accepts(fresh), accepts('old')]).toEqual([true, false]);
  });

  it('lasts to the second of its expiry, that one included; so does the current secret', () => {
    const { engine, id } = setUp({ conditions: [['any-client', {}]] });
    const fresh = engine.regenerateSecret('r', id);
    const client = engine.client('r', id);
    expect([acceptsSecret(client, 'old', 1_000_100), acceptsSecret(client, 'old', 1_000_101)]).toEqual([true, false]);
    expect([acceptsSecret(client, fresh, 1_001_000), acceptsSecret(client, fresh, 1_001_001)]).toEqual([true, false]);
  });
});

describe('the engine', () => {
  it('enforces an expiry also where no policy strips it: on a client that was made with one', () => {
    const { engine, clock } = engineWithClock(1_000_000);
    engine.createRealm('r', { feature: false });
    const attributes = { [ATTRIBUTES.expiration]: '999999' };
    const client = engine.createClient('r', { clientId: 'c', secret: 's', attributes });
    expect(acceptsSecret(client, 's', clock.seconds)).toBe(false);
    engine.updateClient('r', client.id, {});
    expect(acceptsSecret(engine.client('r', client.id), 's', clock.seconds)).toBe(true);
  });

  it('hands out copies: changing one changes nothing inside', () => {
    const { engine, id } = setUp({ conditions: [] });
    const copy = engine.client('r', id);
    copy.attributes.x = 'y';
    copy.secret = 'other';
    expect(engine.client('r', id)).toMatchObject({ secret: 'old', attributes: {} });
  });

  it('prints no secret', () => {
    const { engine } = setUp({ conditions: [] });
    expect(inspect(engine, { depth: 9, showHidden: true })).not.toContain('old');
  });
});
