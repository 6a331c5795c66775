import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { decideRetire } from '../../../../functions/rotation/decide/retire.ts';
import type { Look } from '../../../../functions/rotation/observe/observation.ts';
import type { Known } from '../../../../functions/rotation/run/known.ts';
import { factsAbout } from '../../../support/facts.ts';
import {
  atRest,
  CREATED_AT,
  CURRENT,
  connectorWith,
  PENDING,
  UNREADABLE,
  uncleared,
} from '../../../support/observations.ts';

const OLD = { ...CURRENT, clientSecret: new Secret('old') };
const READ: Known['answers'] = { retireDocuments: { old: OLD, current: CURRENT } };
const LEASE_MS = 100_000;

interface Case {
  readonly seen?: Look;
  readonly answers?: Known['answers'];
  readonly versionId?: string;
  readonly now?: Date;
  readonly cleared?: boolean;
}

function decided({ seen = atRest(), answers = READ, versionId = 'zero', now, cleared = false }: Case) {
  const known = { answers, hasCleared: () => cleared };
  const action = decideRetire(factsAbout(seen, { known, leaseMs: LEASE_MS, ...(now && { now }) }), versionId);
  if (action.kind === 'refuse') return `refuse ${action.failure.code}`;
  return action.kind === 'ask' ? `ask ${action.question}` : action.kind;
}

describe('decideRetire', () => {
  it('ends the previous secret when every connector holds the current one', () => {
    expect(decided({})).toBe('retire');
  });

  it('asks for the documents before it says anything of a secret', () => {
    expect(decided({ answers: {} })).toBe('ask retire-documents');
  });

  it('does nothing about a version that is not AWSPREVIOUS, once an old answer would have shown', () => {
    expect(decided({ versionId: 'older' })).toBe('ask still-current');
    expect(decided({ versionId: 'older', answers: { stillCurrent: true } })).toBe('rest');
  });

  it('does nothing where the previous secret is the current one', () => {
    expect(decided({ answers: { retireDocuments: { old: CURRENT, current: CURRENT } } })).toBe('rest');
  });

  it('waits for a connector that holds another secret, and for one that is away', () => {
    expect(decided({ seen: atRest({ connectors: [connectorWith('current'), connectorWith('old')] }) })).toBe(
      'refuse connector-behind',
    );
    expect(decided({ seen: atRest({ connectors: [UNREADABLE] }) })).toBe('refuse connector-unavailable');
  });

  it('waits for whatever is pending, within its lease and after', () => {
    const within = new Date(CREATED_AT.getTime() + LEASE_MS - 1);
    for (const pending of Object.values(PENDING)) {
      expect(decided({ seen: atRest({ pending }), now: within })).toBe('refuse rotation-in-progress');
    }
    expect(decided({ seen: uncleared() })).toBe('refuse rotation-in-progress');
    expect(decided({ seen: atRest({ pending: PENDING.candidate }) })).toBe('ask pending-content');
    for (const pendingContent of ['candidate', 'regenerate', 'empty'] as const) {
      const seen = atRest({ pending: PENDING.candidate });
      expect(decided({ seen, answers: { ...READ, pendingContent } })).toBe('refuse rotation-in-progress');
    }
  });

  it('clears the intent of a retire that died, and goes on', () => {
    const one = { seen: atRest({ pending: PENDING.retire }), answers: { ...READ, pendingContent: 'retire' as const } };
    expect(decided(one)).toBe('clear');
    expect(decided({ ...one, cleared: true })).toBe('retire');
  });
});
