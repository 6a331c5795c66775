import { describe, expect, it } from '@jest/globals';
import { undoOf } from '../../../cli/iam/prepare/undo.ts';
import { freshRealm, permissionWith, preparedRealm, rotatorWith } from './a-realm.ts';

const told = (...args: Parameters<typeof undoOf>) => undoOf(...args).map(({ part, action }) => `${action} ${part}`);

describe('an undo', () => {
  it('removes what was made here, the rotator last: its record says what is left', () => {
    expect(told(preparedRealm(), [])).toEqual([
      'remove overlap-policy',
      'remove overlap-profile',
      'remove permission',
      'remove user-policy',
      'remove permissions-switch',
      'remove rotator',
    ]);
  });

  it('finds nothing in a realm that was never prepared', () => {
    expect(told(freshRealm(), [])).toEqual([]);
  });

  it('leaves alone what others have made under the same names', () => {
    const { permissions, profiles, policies } = preparedRealm();
    const theirs = (list: typeof profiles) => list.map((one) => ({ ...one, description: 'theirs' }));
    const seen = preparedRealm({
      rotator: rotatorWith({ mine: false, recorded: [] }),
      profiles: theirs(profiles),
      policies: theirs(policies),
      ...(permissions && {
        permissions: {
          ...permissions,
          own: permissionWith({ mine: false }),
          userPolicy: { id: 'u-own', mine: false, users: ['sa'], usedBy: [] },
        },
      }),
    });
    expect(told(seen, [])).toEqual([]);
  });

  it("takes a role from a rotator of others, and leaves the rotator's client", () => {
    const seen = preparedRealm({ rotator: rotatorWith({ mine: false }) });
    expect(told(seen, [])).toContain('remove role');
    expect(told(seen, [])).not.toContain('remove rotator');
  });

  it('keeps what others need by now, and says why', () => {
    const { permissions } = preparedRealm();
    const usedBy = ['rotator-clients', 'theirs'];
    const userPolicy = { id: 'u-own', mine: true, users: ['sa'], usedBy };
    const seen = preparedRealm({ ...(permissions && { permissions: { ...permissions, userPolicy, count: 1 } }) });
    expect(undoOf(seen, ['C']).filter(({ action }) => action === 'keep')).toEqual([
      expect.objectContaining({ part: 'overlap-policy', reason: 'C rotate with it' }),
      expect.objectContaining({ part: 'overlap-profile', reason: 'C rotate with it' }),
      expect.objectContaining({ part: 'user-policy', reason: 'theirs use it' }),
      expect.objectContaining({ part: 'permissions-switch', reason: '1 permissions of others need it' }),
    ]);
  });
});
