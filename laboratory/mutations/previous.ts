import { ALTERNATING, change, DUAL, IN_PLACE, type Mutation, SCHEDULED, scene } from './mutation.ts';

const REVOKED = { at: 0, do: 'revoke' };
/** After a lease, and before Lambda's own repeat. */
const ROLLED_BACK = { at: 140_000, do: 'rollback' };
/** The end of the previous secret. */
const END_IGNORED = { run: 0, point: 29, fault: 'ignored' };

/** The secret before is ended, or comes back, as whoever called was told. */
export const PREVIOUS: readonly Mutation[] = [
  {
    safeguard: 'a revoke ends no secret that a person has yet to replace in a connector',
    ...change(
      'decide/at-rest.ts',
      'refusal([unreadable(seen), notEntered(seen)], true)',
      'refusal([unreadable(seen)], true)',
    ),
    lab: scene({ ...DUAL, desk: true, events: [REVOKED] }),
  },
  {
    safeguard: 'a revoke is told only where the IAM refuses the previous secret',
    ...change('act/end-previous.ts', 'if (await isRefused(run, old)) return;', 'return;'),
    lab: scene({ ...DUAL, events: [REVOKED], faults: [END_IGNORED] }),
  },
  {
    safeguard: 'whoever revokes hears that what was adopted is not renewed yet',
    ...change('decide/at-rest.ts', 'known.owesRenewal && !asksForMore(facts) ?', 'known.owesRenewal ?'),
    lab: scene({
      ...DUAL,
      start: 'foreign',
      events: [REVOKED],
      faults: [{ run: 0, point: 21, fault: 'reply-lost' }],
    }),
  },
  {
    safeguard: 'a rollback goes back, and not on with what a dead run has begun',
    edits: [
      {
        file: 'rotation/decide/unfinished.ts',
        from: 'if (facts.request.rollback && !facts.known.hasPut(pending.id))',
        to: 'if (facts.request.rollback && facts.known.hasPut(pending.id))',
      },
      {
        file: 'rotation/attempt/execute.ts',
        from: 'return !request.rollback || ledger.hasPut(candidate.id);',
        to: 'return true;',
      },
    ],
    lab: scene({
      ...IN_PLACE,
      start: 'grace',
      events: [SCHEDULED, ROLLED_BACK],
      faults: [{ run: 0, point: 11, fault: 'dies-before' }],
    }),
  },
  {
    safeguard: 'what a rollback brings back to life is ended, also where the rollback is taken back',
    ...change('act/begin.ts', "  if (plan.candidate === 'previous') await planEndAgain(run, seen);\n", ''),
    lab: scene({
      ...ALTERNATING,
      start: 'grace',
      events: [{ at: 3480, do: 'rollback' }],
      faults: [{ run: 0, point: 16, fault: 'time-out', times: 99 }],
      setup: { grace: 'PT0S' },
    }),
  },
];
