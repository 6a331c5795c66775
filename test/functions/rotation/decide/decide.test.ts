import { describe, expect, it } from '@jest/globals';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import type { IamClient } from '../../../../functions/ports/iam.ts';
import { decide } from '../../../../functions/rotation/decide/decide.ts';
import type { RotationAction } from '../../../../functions/rotation/decide/terms/action.ts';
import type { Found, Observation } from '../../../../functions/rotation/observe/observation.ts';
import type { State } from '../../../../functions/rotation/observe/states.ts';
import type { RotationRequest } from '../../../../functions/rotation/run/context.ts';
import type { Known } from '../../../../functions/rotation/run/known.ts';
import { type FactsOptions, factsAbout, NOW } from '../../../support/facts.ts';
import {
  ACCEPTED,
  atRest,
  CANDIDATE,
  CREATED_AT,
  CURRENT,
  clientWith,
  connectorWith,
  iamHolding,
  OBSERVED,
  PENDING,
  REFUSED,
  UNREADABLE,
  uncleared,
} from '../../../support/observations.ts';

const HOUR_MS = 3_600_000;
const LEASE_MS = 100_000;

const DUE: RotationRequest = { trigger: 'schedule', scheduledTime: NOW };
const NOT_DUE: RotationRequest = { trigger: 'schedule', scheduledTime: CREATED_AT };
const CALL: RotationRequest = { trigger: 'api' };
/** A repeat that has only to finish what was left. */
const REPEAT: RotationRequest = { ...DUE, repeat: { attempt: 1, due: false } };
const DUE_REPEAT: RotationRequest = { ...DUE, repeat: { attempt: 1, due: true } };

const REQUESTS = { DUE, NOT_DUE, CALL, REPEAT, DUE_REPEAT };
const STRATEGIES = ['auto', 'dual-secret', 'in-place', 'alternating-clients'] as const;
const RENEWALS = ['set', 'regenerate'] as const;
interface Case extends FactsOptions {
  readonly seen?: Observation;
}

function decided({ seen = atRest(), ...options }: Case): RotationAction {
  return decide(factsAbout(seen, { leaseMs: LEASE_MS, ...options }));
}

/** An action in a few words: its kind, and what tells it from others of its kind. */
function brief(action: RotationAction): string {
  switch (action.kind) {
    case 'refuse':
      return `refuse ${action.failure.code}`;
    case 'rest':
      return `rest ${action.outcome}`;
    case 'ask':
      return `ask ${action.question}`;
    case 'begin':
      return `begin ${action.candidate}, overlap ${action.overlap}, ${action.outcome}`;
    case 'regenerate':
      return `regenerate, overlap ${action.overlap}, ${action.outcome}`;
    case 'resume':
      return `resume${action.renews ? ' and renew' : ''}, overlap ${action.overlap}`;
    case 'adopt':
      return `adopt${action.revives ? ' and revive' : ''}${action.renewsAfter ? ', then renew' : ''}`;
    case 'store-first':
      return `store-first${action.renewsAfter ? ', then renew' : ''}`;
    default:
      return action.kind;
  }
}

const KEPT: Partial<IamClient> = {
  previous: { secret: new Secret('old'), validUntil: new Date(NOW.getTime() + HOUR_MS) },
};
const OVERLAPPING = atRest(iamHolding('current', KEPT));
const UNUSABLE = { fault: 'the service account is off' };
const ONE_AWAY = atRest({ connectors: [connectorWith('current'), UNREADABLE] });
const ALTERNATING = atRest({ clientToRenew: clientWith('idle', { clientId: 'NC_Flow_2' }) });
const withVersions = (count: number) => ({
  ...atRest().labels,
  versions: Array.from({ length: count }, (_, index) => ({ id: `v${index}`, stages: [], createdAt: CREATED_AT })),
});
const FULL = atRest({ labels: withVersions(71) });
const NEARLY_FULL = withVersions(70);

const answers = (known: Known['answers']) => ({ answers: known });

/** State, what differs from a due run that finds everything in order, and what has to be done then. */
const TABLE: readonly [state: State, what: string, one: Case, expected: string][] = [
  // At rest: a rotation begins when it is asked for, and when nothing stands against it.
  ['at-rest', 'due', {}, 'begin new, overlap where-possible, rotated'],
  ['at-rest', 'due, in place', { strategy: 'in-place' }, 'begin new, overlap none, rotated'],
  ['at-rest', 'due, named dual-secret', { strategy: 'dual-secret' }, 'ask overlap'],
  [
    'at-rest',
    'due, named dual-secret that is possible',
    { strategy: 'dual-secret', known: answers({ overlap: true }) },
    'begin new, overlap required, rotated',
  ],
  [
    'at-rest',
    'due, named dual-secret that is not',
    { strategy: 'dual-secret', known: answers({ overlap: false }) },
    'refuse overlap-unsupported',
  ],
  [
    'at-rest',
    'due, two clients',
    { strategy: 'alternating-clients', seen: ALTERNATING },
    'begin new, overlap required, rotated',
  ],
  ['at-rest', 'due, the IAM makes the secret', { renewal: 'regenerate' }, 'ask overlap'],
  [
    'at-rest',
    'due, the IAM makes the secret and keeps none',
    { renewal: 'regenerate', known: answers({ overlap: false }) },
    'regenerate, overlap where-possible, rotated',
  ],
  [
    'at-rest',
    'due, the IAM makes the secret, in place',
    { renewal: 'regenerate', strategy: 'in-place' },
    'regenerate, overlap none, rotated',
  ],
  ['at-rest', 'not due', { request: NOT_DUE }, 'rest unchanged'],
  ['at-rest', 'called', { request: CALL }, 'begin new, overlap where-possible, rotated'],
  ['at-rest', 'a repeat that finishes', { request: REPEAT }, 'rest unchanged'],
  ['at-rest', 'a repeat that is due', { request: DUE_REPEAT }, 'begin new, overlap where-possible, rotated'],
  ['at-rest', 'a freeze', { frozen: true }, 'rest unchanged'],
  ['at-rest', 'a freeze, and a call', { frozen: true, request: CALL }, 'refuse frozen'],
  [
    'at-rest',
    'a freeze, and a call that insists',
    { frozen: true, request: { ...CALL, force: true } },
    'begin new, overlap where-possible, rotated',
  ],
  [
    'at-rest',
    'a freeze, after a repair',
    { frozen: true, request: CALL, known: { achieved: 'repaired' } },
    'rest repaired',
  ],
  ['at-rest', 'a connector away', { seen: ONE_AWAY }, 'refuse connector-unavailable'],
  ['at-rest', 'a connector away, nothing due', { seen: ONE_AWAY, request: NOT_DUE }, 'rest unchanged'],
  ['at-rest', 'a connector away, to be finished', { seen: ONE_AWAY, request: REPEAT }, 'refuse connector-unavailable'],
  ['at-rest', 'a connector away, frozen', { seen: ONE_AWAY, frozen: true }, 'refuse connector-unavailable'],
  [
    'at-rest',
    'a connector away after a repair',
    { seen: ONE_AWAY, request: NOT_DUE, known: { achieved: 'repaired' } },
    'refuse connector-unavailable',
  ],
  [
    'at-rest',
    'the client can not be used',
    { seen: atRest(iamHolding('current', UNUSABLE)) },
    'refuse client-not-usable',
  ],
  ['at-rest', 'a change within a lease', { known: { mayBegin: false } }, 'refuse too-soon'],
  ['at-rest', 'hardly any version left', { seen: FULL }, 'refuse too-many-versions'],
  [
    'at-rest',
    'a last version left',
    { seen: atRest({ labels: NEARLY_FULL }) },
    'begin new, overlap where-possible, rotated',
  ],
  [
    'at-rest',
    'a last version left, and a grace that has to be ended first',
    { seen: { ...OVERLAPPING, labels: NEARLY_FULL } },
    'refuse too-many-versions',
  ],
  ['at-rest', 'hardly any time left', { leftMs: 5_000 }, 'refuse out-of-time'],
  ['at-rest', 'a grace runs', { seen: OVERLAPPING }, 'end-grace'],
  [
    'at-rest',
    'a grace runs, two clients',
    { seen: OVERLAPPING, strategy: 'alternating-clients' },
    'begin new, overlap required, rotated',
  ],
  ['at-rest', 'native', { native: true }, 'hand-over'],
  ['at-rest', 'native, a grace runs', { native: true, seen: OVERLAPPING }, 'end-grace'],
  ['at-rest', 'native, named dual-secret', { native: true, strategy: 'dual-secret' }, 'ask overlap'],
  [
    'at-rest',
    'native, named dual-secret that is not possible',
    { native: true, strategy: 'dual-secret', known: answers({ overlap: false }) },
    'refuse overlap-unsupported',
  ],
  ['at-rest', 'handed over before', { native: true, known: { handedOver: true } }, 'rest rolled-back'],
  ['at-rest', 'rotated by this run', { known: { promoted: true, achieved: 'rotated' } }, 'rest rotated'],
  [
    'at-rest',
    'adopted what a person had set',
    { request: NOT_DUE, known: { owesRenewal: true, achieved: 'repaired' } },
    'begin new, overlap where-possible, repaired',
  ],
  [
    'at-rest',
    'adopted what a person had set, disturbed',
    { request: CALL, known: { owesRenewal: true, achieved: 'repaired', mayBegin: false } },
    'rest repaired',
  ],
  [
    'at-rest',
    'a revoke of what can not be read',
    {
      request: { ...CALL, revokePrevious: true },
      known: { promoted: true, ...answers({ previousDocument: new RotationError('document-invalid', 'x') }) },
    },
    'refuse document-invalid',
  ],
  [
    'at-rest',
    'a revoke where an old answer shows the same document before',
    {
      request: { ...CALL, revokePrevious: true },
      known: { promoted: true, achieved: 'rotated', ...answers({ previousDocument: CURRENT }) },
    },
    'refuse retire-failed',
  ],
  ['at-rest', 'a rollback', { request: { ...CALL, rollback: true } }, 'ask previous-document'],
  [
    'at-rest',
    'a rollback to another secret',
    {
      request: { ...CALL, rollback: true },
      known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }),
    },
    'begin previous, overlap where-possible, rotated',
  ],
  [
    'at-rest',
    'a rollback to the same secret',
    { request: { ...CALL, rollback: true }, known: answers({ previousDocument: CURRENT }) },
    'refuse rollback-impossible',
  ],
  [
    'at-rest',
    'a rollback to nothing',
    { request: { ...CALL, rollback: true }, known: answers({ previousDocument: 'none' }) },
    'refuse rollback-impossible',
  ],
  [
    'at-rest',
    'a rollback to what can not be read',
    {
      request: { ...CALL, rollback: true },
      known: answers({ previousDocument: new RotationError('document-invalid', 'x') }),
    },
    'refuse document-invalid',
  ],
  [
    'at-rest',
    'a rollback of two clients to the one in use',
    {
      request: { ...CALL, rollback: true },
      strategy: 'alternating-clients',
      seen: ALTERNATING,
      known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }),
    },
    'refuse rollback-impossible',
  ],
  [
    'at-rest',
    'a rollback where the IAM makes the secrets',
    { request: { ...CALL, rollback: true }, renewal: 'regenerate' },
    'refuse rollback-impossible',
  ],

  // An intent: the secret may be made under an intent of this run's own, or the intent goes.
  ['intent-open', 'in place', { renewal: 'regenerate', strategy: 'in-place' }, 'regenerate, overlap none, rotated'],
  ['intent-open', 'auto', { renewal: 'regenerate' }, 'ask overlap'],
  [
    'intent-open',
    'not due',
    { renewal: 'regenerate', strategy: 'in-place', request: NOT_DUE },
    'regenerate, overlap none, rotated',
  ],
  ['intent-open', 'a repeat that finishes', { renewal: 'regenerate', request: REPEAT }, 'clear'],
  ['intent-open', 'a freeze', { renewal: 'regenerate', frozen: true }, 'clear'],
  [
    'intent-open',
    'a connector away',
    { renewal: 'regenerate', seen: { ...OBSERVED['intent-open'], connectors: [UNREADABLE] } },
    'clear',
  ],
  [
    'intent-open',
    'a connector behind',
    { renewal: 'regenerate', seen: { ...OBSERVED['intent-open'], connectors: [connectorWith('old')] } },
    'push-current',
  ],
  [
    'intent-open',
    'the intent of this run',
    { renewal: 'regenerate', seen: atRest({ pending: { ...PENDING.intent, own: true } }) },
    'refuse iam-timeout',
  ],
  [
    'intent-open',
    'hardly any time',
    { renewal: 'regenerate', strategy: 'in-place', leftMs: 1_000 },
    'refuse out-of-time',
  ],

  ['regenerated-unstored', 'whatever is due', { renewal: 'regenerate', request: NOT_DUE }, 'store-regenerated'],
  ['regenerated-unstored', 'a freeze', { renewal: 'regenerate', frozen: true }, 'store-regenerated'],

  // A candidate that the IAM does not hold.
  ['candidate-unset', 'in place', { strategy: 'in-place' }, 'resume and renew, overlap none'],
  ['candidate-unset', 'auto, not due', { request: NOT_DUE }, 'resume and renew, overlap where-possible'],
  ['candidate-unset', 'a freeze', { frozen: true }, 'clear'],
  ['candidate-unset', 'a repeat that finishes', { request: REPEAT }, 'clear'],
  ['candidate-unset', 'the IAM makes the secrets', { renewal: 'regenerate' }, 'clear'],
  ['candidate-unset', 'named dual-secret', { strategy: 'dual-secret' }, 'ask overlap'],
  [
    'candidate-unset',
    'dual-secret, impossible',
    { strategy: 'dual-secret', known: answers({ overlap: false }) },
    'clear',
  ],
  [
    'candidate-unset',
    'the IAM holds a third secret',
    { seen: atRest({ pending: PENDING.candidate, ...iamHolding('by-hand') }) },
    'clear',
  ],
  [
    'candidate-unset',
    'a connector away',
    { seen: atRest({ pending: PENDING.candidate, connectors: [UNREADABLE] }) },
    'clear',
  ],
  ['candidate-unset', 'hardly any time', { leftMs: 5_000 }, 'refuse out-of-time'],

  // A candidate that the IAM holds goes on, whatever is due: a connector may use it already.
  ['candidate-set', 'the IAM keeps nothing', { request: NOT_DUE }, 'resume, overlap none'],
  [
    'candidate-set',
    'the IAM keeps the current secret',
    {
      frozen: true,
      seen: atRest({
        pending: PENDING.candidate,
        iamHoldsCandidate: true,
        ...iamHolding('candidate', {
          previous: { secret: new Secret('current'), validUntil: new Date(NOW.getTime() + HOUR_MS) },
        }),
      }),
    },
    'resume, overlap where-possible',
  ],
  [
    'candidate-set',
    'of the other client',
    {
      strategy: 'alternating-clients',
      request: REPEAT,
      seen: atRest({
        pending: {
          ...PENDING.candidate,
          content: { kind: 'candidate', document: { ...CANDIDATE, clientId: 'NC_Flow_2' } },
        },
        iamHoldsCandidate: true,
        clientToRenew: clientWith('candidate', { clientId: 'NC_Flow_2' }),
      }),
    },
    'resume, overlap required',
  ],
  ['candidate-set', 'hardly any time', { leftMs: 1_000 }, 'refuse out-of-time'],

  ['promoted-uncleared', 'whatever is due', { request: NOT_DUE }, 'finish'],
  ['promoted-uncleared', 'a freeze', { frozen: true }, 'finish'],
  [
    'promoted-uncleared',
    'a connector away',
    { seen: uncleared({ connectors: [UNREADABLE] }), request: REPEAT },
    'finish',
  ],

  // Somebody set another secret.
  ['changed-by-hand', 'first', {}, 'ask same-versions'],
  ['changed-by-hand', 'same versions', { known: answers({ sameVersions: true }) }, 'ask held-secret'],
  ['changed-by-hand', 'disturbed', { known: { undisturbed: false } }, 'refuse too-soon'],
  [
    'changed-by-hand',
    'a secret that works',
    { request: NOT_DUE, known: answers({ sameVersions: true, heldSecret: ACCEPTED }) },
    'adopt, then renew',
  ],
  [
    'changed-by-hand',
    'a secret that works, a freeze',
    { frozen: true, known: answers({ sameVersions: true, heldSecret: ACCEPTED }) },
    'adopt',
  ],
  [
    'changed-by-hand',
    'a secret that works, a repeat that finishes',
    { request: REPEAT, known: answers({ sameVersions: true, heldSecret: ACCEPTED }) },
    'adopt',
  ],
  [
    'changed-by-hand',
    'the IAM makes the secrets',
    { renewal: 'regenerate', known: answers({ sameVersions: true, heldSecret: ACCEPTED }) },
    'adopt',
  ],
  [
    'changed-by-hand',
    'a secret that does not work',
    { known: answers({ sameVersions: true, heldSecret: REFUSED }) },
    'refuse token-refused',
  ],
  [
    'changed-by-hand',
    'a secret past its expiry',
    {
      seen: atRest({ ...iamHolding('by-hand', { secretExpiresAt: CREATED_AT }), answer: REFUSED }),
      known: answers({ sameVersions: true, heldSecret: REFUSED }),
    },
    'adopt and revive, then renew',
  ],

  ['expired', 'whatever is due', { request: NOT_DUE }, 'revive'],
  ['expired', 'a freeze', { frozen: true }, 'revive'],
  ['expired', 'the IAM makes the secrets', { renewal: 'regenerate' }, 'regenerate, overlap where-possible, rotated'],
  [
    'expired',
    'the IAM makes the secrets, and time is left to go forward only',
    { renewal: 'regenerate', strategy: 'in-place', leftMs: 5_000 },
    'regenerate, overlap none, rotated',
  ],
  ['expired', 'a change within a lease', { known: { mayBegin: false } }, 'refuse too-soon'],
  ['expired', 'refused for another reason', { seen: atRest({ answer: REFUSED }) }, 'refuse token-refused'],

  ['connector-differs', 'whatever is due', { request: NOT_DUE }, 'push-current'],
  ['connector-differs', 'a freeze', { frozen: true, request: REPEAT }, 'push-current'],

  ['empty-pending', 'after its lease', { request: NOT_DUE }, 'clear'],

  ['retire-open', 'first', {}, 'ask previous-document'],
  [
    'retire-open',
    'nobody uses the old secret',
    { frozen: true, known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }) },
    'finish-retire',
  ],
  [
    'retire-open',
    'a connector holds the old secret',
    {
      seen: atRest({ pending: PENDING.retire, connectors: [connectorWith('old')] }),
      known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }),
    },
    'clear',
  ],
  [
    'retire-open',
    'a connector away',
    {
      seen: atRest({ pending: PENDING.retire, connectors: [UNREADABLE] }),
      known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }),
    },
    'clear',
  ],
  [
    'retire-open',
    'the IAM holds another secret',
    {
      seen: atRest({ pending: PENDING.retire, ...iamHolding('by-hand') }),
      known: answers({ previousDocument: { ...CURRENT, clientSecret: new Secret('old') } }),
    },
    'clear',
  ],
  ['retire-open', 'about the current secret', { known: answers({ previousDocument: CURRENT }) }, 'clear'],
  [
    'retire-open',
    'about a version that is not AWSPREVIOUS any more',
    { seen: atRest({ pending: { ...PENDING.retire, content: { kind: 'retire', versionId: 'older' } } }) },
    'clear',
  ],
];

const FIRST: Observation = { ...atRest(), labels: { versions: [] } };

describe('decide', () => {
  it.each(TABLE)('%s, %s', (state, _what, one, expected) => {
    const seen = one.seen ?? (state === 'first-run' ? FIRST : OBSERVED[state]);
    expect(brief(decided({ ...one, seen }))).toBe(expected);
  });

  it('first-run: what the IAM holds is stored once it is proven, and renewed where the settings say so', () => {
    const { current: _, ...seen } = FIRST as Found;
    expect(brief(decided({ seen }))).toBe('store-first');
    expect(brief(decided({ seen, firstRun: 'renew' }))).toBe('store-first, then renew');
    expect(brief(decided({ seen, firstRun: 'renew', frozen: true }))).toBe('store-first');
    expect(brief(decided({ seen: { ...seen, answer: REFUSED } }))).toBe('refuse token-refused');
    expect(brief(decided({ seen: { ...seen, connectors: [UNREADABLE] } }))).toBe('refuse connector-unavailable');
    expect(brief(decided({ seen: { ...seen, clientInUse: clientWith('x', UNUSABLE) } }))).toBe(
      'refuse client-not-usable',
    );
  });

  it('tells in words why, in every case', () => {
    for (const [state, , one] of TABLE) {
      const seen = one.seen ?? OBSERVED[state as Exclude<State, 'first-run'>];
      expect(decided({ ...one, seen }).reason).toMatch(/\w/);
    }
  });
});

/** Every state, request, strategy and renewal, with what may stand against a rotation. */
function* everything(conditions: Omit<Case, 'seen' | 'request' | 'strategy' | 'renewal'> = {}) {
  for (const [state, seen] of Object.entries(OBSERVED) as [State, Found][])
    for (const [name, request] of Object.entries(REQUESTS))
      for (const strategy of STRATEGIES)
        for (const renewal of RENEWALS)
          for (const overlap of [true, false]) {
            const known = {
              ...conditions.known,
              answers: { overlap, sameVersions: true, heldSecret: ACCEPTED } as const,
            };
            const one = { ...conditions, seen, request, strategy, renewal, known };
            yield { what: `${state}, ${name}, ${strategy}, ${renewal}, overlap ${overlap}`, one, action: decided(one) };
          }
}

const NEW_SECRET = ['begin', 'regenerate', 'hand-over'];

/** Of what was done, the cases in which one of these kinds was. */
function casesOf(kinds: readonly string[], all: Iterable<{ what: string; action: RotationAction }>): string[] {
  return [...all]
    .filter(({ action }) => kinds.includes(action.kind))
    .map(({ what, action }) => `${what}: ${brief(action)}`);
}

describe('in every state, whoever asks, with every strategy and renewal', () => {
  it('a freeze keeps a rotation from being begun, and from being gone on with where the IAM was not changed', () => {
    const begun = [...everything({ frozen: true })].filter(({ one }) => one.seen !== OBSERVED.expired);
    expect(casesOf([...NEW_SECRET, 'end-grace'], begun)).toEqual([]);
    expect(begun.filter(({ action }) => action.kind === 'resume' && action.renews)).toEqual([]);
  });

  it('a repeat that has only to finish begins nothing', () => {
    const begun = [...everything()].filter(({ one }) => one.request === REPEAT && one.seen !== OBSERVED.expired);
    expect(casesOf([...NEW_SECRET, 'end-grace'], begun)).toEqual([]);
  });

  it('a run that has promoted, or handed over, begins no other rotation at rest', () => {
    const only = (known: Partial<Known>) =>
      [...everything({ known })].filter(({ one }) => one.seen === OBSERVED['at-rest']);
    expect(casesOf(NEW_SECRET, only({ promoted: true }))).toEqual([]);
    expect(casesOf(NEW_SECRET, only({ handedOver: true }))).toEqual([]);
  });

  it('no rotation begins at rest within a lease of a change that another run may have made', () => {
    const all = [...everything({ known: { mayBegin: false } })].filter(({ one }) => one.seen === OBSERVED['at-rest']);
    expect(casesOf([...NEW_SECRET, 'end-grace'], all)).toEqual([]);
  });

  it('a run without time changes nothing in the IAM', () => {
    const all = everything({ leftMs: 0 });
    expect(casesOf(['begin', 'regenerate', 'resume'], all)).toEqual([]);
  });

  it('an IAM that makes the secrets is never told one by a rotation, and another one never makes one', () => {
    const all = [...everything()];
    expect(
      casesOf(
        ['begin', 'revive'],
        all.filter(({ one }) => one.renewal === 'regenerate'),
      ),
    ).toEqual([]);
    expect(
      casesOf(
        ['regenerate'],
        all.filter(({ one }) => one.renewal === 'set' && one.seen !== OBSERVED['intent-open']),
      ),
    ).toEqual([]);
  });

  it("another run's pending version is left alone within its lease, and not a moment longer", () => {
    const withinLease = new Date(CREATED_AT.getTime() + LEASE_MS - 1000);
    for (const [state, seen] of Object.entries(OBSERVED)) {
      if (!seen.labels.pending) continue;
      expect([state, decided({ seen, now: withinLease })]).toEqual([
        state,
        expect.objectContaining({ kind: 'back-off', failure: expect.objectContaining({ retryAfter: 1 }) }),
      ]);
      expect(decided({ seen, now: withinLease, known: { achieved: 'repaired' } })).toMatchObject({
        kind: 'rest',
        outcome: 'repaired',
        failure: { code: 'rotation-in-progress' },
      });
      expect(decided({ seen, now: new Date(CREATED_AT.getTime() + LEASE_MS) }).kind).not.toBe('back-off');
    }
  });

  it('the same facts lead to the same action', () => {
    for (const { one, action } of everything()) expect(decided(one)).toEqual(action);
  });

  it('an action holds no secret', () => {
    for (const { action } of everything()) {
      expect(JSON.stringify(action)).not.toMatch(/:"(current|candidate|by-hand|made-by-the-iam|old)"/);
    }
  });
});
