import { describe, expect, it } from '@jest/globals';
import { Laboratory } from '../../laboratory/laboratory.ts';
import { clientOf } from '../../laboratory/snapshot.ts';
import { operations } from '../../local/stand-ins/secrets-manager/engine.ts';
import { documentText, REALM, SECRET_ID } from '../support/parts.ts';

const P = '11111111-1111-4111-8111-111111111111';
const CANDIDATE = 'secret-of-a-candidate';

function bench() {
  const combination = { strategy: 'in-place', renewal: 'set', native: false } as const;
  const { monitor, parts, credential, simulation } = new Laboratory({ combination, connectors: 1, adopted: true });
  const { store } = parts.secrets;
  const client = clientOf(parts, credential.clientId as string);
  const label = (request: object) => {
    operations.UpdateSecretVersionStage(store, { SecretId: SECRET_ID, ...request } as never);
    monitor.look();
  };
  operations.PutSecretValue(store, {
    SecretId: SECRET_ID,
    ClientRequestToken: P,
    SecretString: documentText(CANDIDATE),
    VersionStages: ['AWSPENDING'],
  } as never);
  monitor.look();
  return {
    now: simulation.now,
    drop: () => label({ VersionStage: 'AWSPENDING', RemoveFromVersionId: P }),
    hold: () => parts.iam.realm(REALM).clients.set(client?.id ?? '', { ...client, secret: CANDIDATE } as never),
    supersede: () => {
      const old = monitor.current;
      label({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: old, MoveToVersionId: P });
      label({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: P, MoveToVersionId: old });
    },
    given: (since: number) => {
      monitor.lookAtWrite(documentText(CANDIDATE), since);
      return monitor.sins.filter((sin) => sin.startsWith('a connector took'));
    },
  };
}

describe('a candidate that a connector is given', () => {
  it('is on its way while it is in AWSPENDING', () => {
    expect(bench().given(0)).toEqual([]);
  });

  it('and once another run has dropped it, where the IAM holds it', () => {
    const { drop, hold, given, now } = bench();
    hold();
    drop();
    expect(given(now)).toEqual([]);
  });

  it.each([
    ['where the IAM does not hold it', ({ drop }: ReturnType<typeof bench>) => drop(), 0],
    [
      'where it was dropped before the run began',
      ({ hold, drop }: ReturnType<typeof bench>) => {
        hold();
        drop();
      },
      1,
    ],
    [
      'where AWSCURRENT has moved since',
      ({ hold, drop, supersede }: ReturnType<typeof bench>) => {
        hold();
        drop();
        supersede();
      },
      0,
    ],
  ] as const)('is neither %s', (_where, act, later) => {
    const made = bench();
    act(made);
    expect(made.given(made.now + later)).toHaveLength(1);
  });
});
