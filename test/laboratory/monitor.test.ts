import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { regenerateIntent } from '../../functions/rotation/observe/pending.ts';
import type { Combination } from '../../laboratory/combinations.ts';
import { Deeds } from '../../laboratory/deeds.ts';
import { Laboratory } from '../../laboratory/laboratory.ts';
import { INBOX_ID } from '../../laboratory/parts.ts';
import { clientOf, secretsIn } from '../../laboratory/snapshot.ts';
import { operations } from '../../local/stand-ins/secrets-manager/engine.ts';
import { configurationOf, documentText, FIRST_SECRET, REALM, SECRET_ID } from '../support/parts.ts';

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

describe('a candidate that is pushed shortly before the run is ended', () => {
  const sinsOf = (combination: Combination, leftMs: number) => {
    const { monitor, simulation } = new Laboratory({ combination, connectors: 1, adopted: true });
    monitor.lookAtPush(documentText(CANDIDATE), simulation.now + leftMs);
    return monitor.sins;
  };
  const auto = { strategy: 'dual-secret', renewal: 'set', native: false } as const;

  it('could not be taken back', () => {
    const sin = ['a candidate was pushed without time left to take it back'];
    expect([sinsOf(auto, 9999), sinsOf({ ...auto, strategy: 'in-place' }, 9999)]).toEqual([sin, sin]);
    expect(sinsOf(auto, 10_000)).toEqual([]);
  });

  it('need not be, where both secrets have to work', () => {
    expect(sinsOf({ ...auto, strategy: 'alternating-clients' }, 1)).toEqual([]);
    expect(sinsOf({ ...auto, desk: true }, 1)).toEqual([]);
  });
});

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

describe('a document that was current a moment ago', () => {
  /**
   * @param labels of what moment the labels were that the process has read, from the promote on, in milliseconds
   * @param written what the connector was given at the promote, and after it
   */
  function pushed({ labels, written = [] }: { labels?: number; written?: readonly string[] }): string[] {
    const combination = { strategy: 'in-place', renewal: 'set', native: false } as const;
    const { monitor, parts, simulation } = new Laboratory({ combination, connectors: 1, adopted: true });
    const former = operations.GetSecretValue(parts.secrets.store, { SecretId: SECRET_ID } as never).SecretString ?? '';
    monitor.look();
    simulation.now += 5000;
    const promotedAt = simulation.now;
    const request = { SecretId: SECRET_ID, ClientRequestToken: P, SecretString: documentText(CANDIDATE) };
    operations.PutSecretValue(parts.secrets.store, request as never);
    monitor.look();
    for (const secret of written) {
      simulation.now += 1;
      parts.flow.configure('ifs-1', configurationOf(secret));
      monitor.look();
    }
    const looks = new Map(labels === undefined ? [] : [['labels', promotedAt + labels] as const]);
    const shown = monitor.shownTo({ conduct: { looks } } as never, '/configurations/ifs-1');
    monitor.lookAtWrite(former, 0, shown);
    return monitor.sins.filter((sin) => sin.startsWith('a connector took'));
  }

  it.each([
    { labels: 0 },
    { labels: -1000 },
    // It holds again what it has held before the promote.
    { labels: -1000, written: [CANDIDATE, FIRST_SECRET] },
  ])('may reach a connector that tells of no promote, by a run whose labels are older: %j', (how) => {
    expect(pushed(how)).toEqual([]);
  });

  it.each([
    { labels: 1 },
    { labels: 1, written: [CANDIDATE, FIRST_SECRET] },
    { labels: -1000, written: [CANDIDATE] },
    {},
  ])('but not otherwise: %j', (how) => {
    expect(pushed(how)).toHaveLength(1);
  });
});

describe('two clients that alternate', () => {
  it.each([
    ['a candidate of a run', false],
    ['what a person has made', true],
  ])('let two secrets work at once while %s is pending, unless it is adopted: %s', (_what, foreign) => {
    const combination = { strategy: 'alternating-clients', renewal: 'set', native: false } as const;
    const { monitor, parts } = new Laboratory({ combination, connectors: 1, adopted: true });
    expect(monitor.overlapping()).toBe(true);
    if (foreign) monitor.foreign.add(CANDIDATE);
    operations.PutSecretValue(parts.secrets.store, {
      SecretId: SECRET_ID,
      ClientRequestToken: P,
      SecretString: documentText(CANDIDATE),
      VersionStages: ['AWSPENDING'],
    } as never);
    expect(monitor.overlapping()).toBe(!foreign);
  });
});

describe('a secret that the IAM keeps beside the current one', () => {
  it.each([
    ['another', 'another-secret', 'another-secret'],
    ['the same', FIRST_SECRET, undefined],
  ])('is what it is where the IAM has written down %s', (_which, kept, rotated) => {
    const combination = { strategy: 'dual-secret', renewal: 'set', native: false } as const;
    const { parts, credential } = new Laboratory({ combination, connectors: 1, adopted: true });
    const clientId = credential.clientId as string;
    const client = clientOf(parts, clientId);
    const attributes = {
      'client.secret.rotated': kept,
      'client.secret.rotated.creation.time': '1',
      'client.secret.rotated.expiration.time': '99999999999',
    };
    parts.iam.realm(REALM).clients.set(client?.id ?? '', { ...client, attributes } as never);
    expect(secretsIn(parts).iam[clientId]).toEqual({ secret: FIRST_SECRET, rotated });
  });
});

/** A run that lets the IAM make secrets, and leaves its intent where it is. */
function regenerating() {
  const combination = { strategy: 'in-place', renewal: 'regenerate', native: false } as const;
  const laboratory = new Laboratory({ combination, connectors: 1, adopted: true });
  const { monitor, parts, credential } = laboratory;
  const clientId = credential.clientId as string;
  const make = () => {
    const { id = '' } = clientOf(parts, clientId) ?? {};
    const secret = parts.iam.regenerateSecret(REALM, id);
    monitor.look({ by: 'own', what: 'iam POST client-secret' });
    return secret;
  };
  const put = (id: string, value: Secret) => {
    const request = {
      SecretId: SECRET_ID,
      ClientRequestToken: id,
      SecretString: value.reveal(),
      VersionStages: ['AWSPENDING'],
    };
    operations.PutSecretValue(parts.secrets.store, request as never);
    monitor.look({ by: 'own', what: 'secrets-manager PutSecretValue' });
  };
  put(P, regenerateIntent({ run: 'a run', clientId, fingerprint: 'of what it held' }));
  return { make, put, deeds: new Deeds(laboratory), sins: monitor.sins };
}

describe('a secret that the IAM has made', () => {
  const LOST = [expect.stringMatching(/^the IAM made #\w+, and another secret before that one was stored$/)];

  it('is lost when a run lets it make another one first', () => {
    const { make, sins } = regenerating();
    make();
    make();
    expect(sins).toEqual(LOST);
  });

  it('also where a person has done something else meanwhile', () => {
    const { make, deeds, sins } = regenerating();
    make();
    deeds.do('remove-policy');
    make();
    expect(sins).toEqual(LOST);
  });

  it('and not once it was stored, or a person has replaced it', () => {
    const { make, put, deeds, sins } = regenerating();
    put('22222222-2222-4222-8222-222222222222', new Secret(documentText(make())));
    put('33333333-3333-4333-8333-333333333333', regenerateIntent({ run: 'another', clientId: 'x', fingerprint: 'y' }));
    make();
    deeds.do('regenerate');
    make();
    expect(sins).toEqual([]);
  });
});

/** A person who submits what the IAM holds, and an inbox that is emptied. */
function submitting() {
  const combination = { strategy: 'in-place', renewal: 'by-person', native: false } as const;
  const laboratory = new Laboratory({ combination, connectors: 1, adopted: true });
  const { monitor, parts, credential, person } = laboratory;
  const client = () => clientOf(parts, credential.clientId as string) as { id: string; secret: string };
  const bringBack = (secret: string) => {
    parts.iam.realm(REALM).clients.set(client().id, { ...client(), secret } as never);
    monitor.look({ by: 'person', what: 'stale-save' });
  };
  const empty = () => {
    const request = { SecretId: INBOX_ID, ClientRequestToken: P, SecretString: '{}' };
    operations.PutSecretValue(parts.secrets.store, request as never);
    monitor.look({ by: 'own', what: 'secrets-manager PutSecretValue' });
  };
  person.refresh();
  person.submit();
  return { submitted: client().secret, refresh: () => person.refresh(), bringBack, empty, sins: monitor.sins };
}

describe('a secret that lay in the inbox', () => {
  it('is lost where the IAM holds it', () => {
    const { empty, sins } = submitting();
    empty();
    expect(sins).toEqual([
      expect.stringMatching(/^the inbox was emptied of #\w+, which the IAM holds and no version does$/),
    ]);
  });

  it('is lost to nobody where the IAM held another one by then, also if a person brings it back', () => {
    const { submitted, refresh, bringBack, empty, sins } = submitting();
    refresh();
    empty();
    bringBack(submitted);
    expect(sins).toEqual([]);
  });
});
