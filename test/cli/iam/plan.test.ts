import { describe, expect, it } from '@jest/globals';
import { type Plan, planOf, stepsOf } from '../../../cli/iam/prepare/plan.ts';
import { recipeOf, type Wish } from '../../../cli/iam/prepare/recipe.ts';
import type { Seen } from '../../../cli/iam/prepare/seen.ts';
import type { Target } from '../../../cli/iam/target.ts';
import { freshRealm, permissionWith, preparedRealm, RELEASES, rotatorWith, TARGET } from './a-realm.ts';

const SECRET: Wish = { manageClients: false };
const planned = (seen: Seen, wish: Wish = SECRET, target: Target = TARGET): Plan =>
  planOf(target, recipeOf(target, wish, seen.abilities), seen);
const doings = (plan: Plan) => stepsOf(plan).map((step) => step.do);
const needed = ({ manual }: Plan) => manual.filter((one) => one.needed).map(({ what }) => what);
const withOthers = (...others: ReturnType<typeof permissionWith>[]) => {
  const { permissions } = preparedRealm();
  if (!permissions) throw new Error('prepared without permissions');
  return { ...permissions, others, count: others.length };
};

describe('the plan for a realm', () => {
  it('fresh: makes everything, in the order in which one needs the other', () => {
    const plan = planned(freshRealm());
    expect(doings(plan)).toEqual([
      'create-rotator',
      'store-secret',
      'give-role',
      'switch-on',
      'create-user-policy',
      'create-permission',
      'put-profile',
      'put-policy',
    ]);
    expect(plan.manual).toEqual([]);
  });

  it('fresh, with a rotator that rotates its own secret, too: makes it, and asks nobody to', () => {
    const target = { ...TARGET, clients: ['A', 'rotator'] };
    const seen = (abilities = RELEASES['26.7'] as (typeof RELEASES)[keyof typeof RELEASES]) => ({
      ...freshRealm(abilities),
      clients: [...freshRealm().clients.slice(0, 1), { clientId: 'rotator' }],
    });
    expect(planned(seen(), SECRET, target)).toMatchObject({ manual: [] });
    expect(doings(planned(seen(), SECRET, target)).slice(0, 2)).toEqual(['create-rotator', 'store-secret']);
    const roles = stepsOf(planned(seen(RELEASES['22.0']), { manageClients: true }, target));
    expect(roles.filter((step) => step.do === 'create-marker-role').map((step) => step.clientId)).toEqual([
      'A',
      'rotator',
    ]);
    const other = planned({ ...seen(), clients: [{ clientId: 'B' }] }, SECRET, TARGET);
    expect(needed(other)).toEqual([expect.stringMatching(/^The realm has no client B/)]);
  });

  it('prepared: has nothing to do', () => {
    const plan = planned(preparedRealm());
    expect([doings(plan), plan.manual]).toEqual([[], []]);
    expect(plan.items.every(({ action }) => action === 'none')).toBe(true);
  });

  it('before 26.2: gives no wide role by itself, and says what it is', () => {
    const plan = planned(freshRealm(RELEASES['26.0']));
    expect(doings(plan)).toEqual(['create-rotator', 'store-secret', 'put-profile', 'put-policy']);
    expect(needed(plan)).toEqual([
      expect.stringMatching(/^Keycloak 26\.0\.8 can't limit .* least role is manage-clients/),
    ]);
    const agreed = planned(freshRealm(RELEASES['26.0']), { manageClients: true });
    expect([doings(agreed)[2], needed(agreed)]).toEqual(['give-role', []]);
    expect(stepsOf(agreed)).toContainEqual({ do: 'give-role', part: 'role', role: 'manage-clients' });
  });

  it('before 26.0: lets the overlap policy go by a role of each client', () => {
    const { attributeCondition, ...others } = RELEASES['22.0'];
    const plan = planned(freshRealm({ ...others, attributeCondition }), { manageClients: true });
    expect(stepsOf(plan).filter(({ part }) => part === 'marker-role')).toEqual([
      { do: 'create-marker-role', part: 'marker-role', clientId: 'A' },
      { do: 'create-marker-role', part: 'marker-role', clientId: 'B' },
    ]);
    const { policy } = recipeOf(TARGET, SECRET, RELEASES['22.0']).overlap ?? {};
    expect(policy?.conditions).toEqual([{ condition: 'client-roles', configuration: { roles: ['novacura-rotate'] } }]);
  });

  it('without the feature: prepares the rest, and needs the feature only where credentials must overlap', () => {
    const seen = freshRealm({ ...RELEASES['26.7'], overlap: false });
    const plan = planned(seen);
    expect(doings(plan)).not.toContain('put-profile');
    expect(plan.manual).toEqual([
      expect.objectContaining({ needed: false, what: expect.stringContaining('client-secret-rotation is off') }),
    ]);
    expect(needed(planned(seen, SECRET, { ...TARGET, overlapping: ['A'] }))).toHaveLength(1);
  });

  it('tells of roles that the rotator need not have, and takes none', () => {
    const rotator = rotatorWith({ roles: ['query-clients', 'manage-users'] });
    const plan = planned(preparedRealm({ rotator }));
    expect([doings(plan), plan.manual]).toEqual([
      [],
      [expect.objectContaining({ needed: false, what: expect.stringMatching(/more roles .*: manage-users$/) })],
    ]);
  });

  it('changes what was made here: keys, and the list of clients', () => {
    const wish = { jwks: '{"keys":[]}', manageClients: false };
    const seen = preparedRealm({ accessSecret: 'none-needed' });
    expect(doings(planned(seen, wish))).toEqual(['change-rotator']);
    const { permissions } = seen;
    const narrow = permissions && { ...permissions, own: permissionWith({ clients: ['id-A'] }) };
    expect(doings(planned(preparedRealm({ ...(narrow && { permissions: narrow }) })))).toEqual(['change-permission']);
  });

  it('changes its policy where the rotator was deleted and is made anew', () => {
    const { rotator: _, ...gone } = preparedRealm({ accessSecret: 'differs' });
    expect(doings(planned(gone))).toEqual(['create-rotator', 'store-secret', 'give-role', 'change-user-policy']);
  });

  it('never changes what others have made', () => {
    const rotator = rotatorWith({ mine: false, representation: { clientId: 'rotator', enabled: false } });
    const permissions = { ...withOthers(), own: permissionWith({ mine: false, clients: ['id-A'] }) };
    const profiles = preparedRealm().profiles.map((one) => ({ ...one, executors: [] }));
    const plan = planned(preparedRealm({ rotator, permissions, profiles }));
    expect(doings(plan)).toEqual([]);
    expect(needed(plan)).toEqual([
      expect.stringContaining('Others have made the client rotator'),
      expect.stringContaining('Others have made the permission rotator-clients'),
    ]);
    expect(plan.manual).toContainEqual(
      expect.objectContaining({ needed: false, what: expect.stringContaining('The client profile') }),
    );
  });

  it.each([
    ['for all clients', { clients: [] as string[], scopes: ['view'] }],
    ['for one of the clients', { clients: ['id-B', 'id-C'], scopes: ['manage'] }],
  ])('makes no permission beside one of others %s', (_what, change) => {
    const theirs = permissionWith({ id: 'p-2', name: 'theirs', mine: false, forRotator: false, ...change });
    const { own: _, ...permissions } = withOthers(theirs);
    const plan = planned(preparedRealm({ permissions }));
    expect([doings(plan), needed(plan)]).toEqual([[], [expect.stringContaining('Others have the permission theirs')]]);
  });

  it.each([
    ['other scopes', { clients: [] as string[], scopes: ['map-roles'] }],
    ['another client', { clients: ['id-C'], scopes: ['view', 'manage'] }],
  ])('makes its permission beside one of others for %s', (_what, change) => {
    const theirs = permissionWith({ id: 'p-2', name: 'theirs', mine: false, forRotator: false, ...change });
    const { own: _, ...permissions } = withOthers(theirs);
    const plan = planned(preparedRealm({ permissions }));
    expect([doings(plan), plan.manual]).toEqual([['create-permission'], []]);
  });

  it('takes no further client out of a permission for all, and may give one back', () => {
    const all = permissionWith({ id: 'p-2', name: 'theirs', mine: false, clients: [], forRotator: false });
    const withOwn = (clients: string[]) =>
      planned(preparedRealm({ permissions: { ...withOthers(all), own: permissionWith({ clients }) } }));
    expect([doings(withOwn(['id-A'])), needed(withOwn(['id-A']))]).toEqual([
      [],
      [expect.stringContaining('Others have the permission theirs')],
    ]);
    expect([doings(withOwn(['id-A', 'id-B', 'id-C'])), needed(withOwn(['id-A', 'id-B', 'id-C']))]).toEqual([
      ['change-permission'],
      [],
    ]);
  });

  it('takes permissions that a person has made for the rotator and for others', () => {
    const both = { mine: false };
    const view = permissionWith({ ...both, id: 'p-2', name: 'view', scopes: ['view'] });
    const manage = permissionWith({ ...both, id: 'p-3', name: 'manage', scopes: ['manage'] });
    const all = permissionWith({ ...both, id: 'p-4', name: 'all', clients: [], forRotator: false });
    const { own: _, ...permissions } = withOthers(view, manage, all);
    const plan = planned(preparedRealm({ permissions }));
    expect([doings(plan), plan.manual]).toEqual([[], []]);
    const unanimous = { ...permissions, others: [{ ...view, forRotator: false }, manage] };
    expect(needed(planned(preparedRealm({ permissions: unanimous })))).toHaveLength(2);
  });

  it('makes no permission without a client: it would be one for all of them', () => {
    const plan = planned({ ...freshRealm(), clients: [{ clientId: 'A' }, { clientId: 'B' }] });
    expect(doings(plan)).not.toContain('create-permission');
    expect(needed(plan)).toEqual([
      expect.stringContaining('The realm has no client A'),
      expect.stringContaining('The realm has no client B'),
    ]);
  });

  it('touches no realm in which the rotator does not live', () => {
    const accessTokenUrl = 'https://acme.example.com/auth/realms/master/protocol/openid-connect/token';
    const plan = planned(freshRealm(), SECRET, { ...TARGET, accessTokenUrl });
    expect([plan.items, needed(plan)]).toEqual([[], [expect.stringContaining('in another realm than acmeprod')]]);
  });
});
