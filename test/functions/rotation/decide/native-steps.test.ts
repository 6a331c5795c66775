import { describe, expect, it } from '@jest/globals';
import { decideStep, type LookingStep } from '../../../../functions/rotation/decide/native-steps.ts';
import type { Found } from '../../../../functions/rotation/observe/observation.ts';
import { type FactsOptions, factsAbout } from '../../../support/facts.ts';
import { atRest, connectorWith, iamHolding, PENDING, REFUSED, UNREADABLE } from '../../../support/observations.ts';

/** The version that Secrets Manager's steps are about. */
const VERSION = 'two';
const FILLED = atRest({ pending: PENDING.candidate });
const EMPTY = atRest({ pending: PENDING.empty });
const SET = atRest({ pending: PENDING.candidate, ...iamHolding('candidate'), iamHoldsCandidate: true });

function decided(step: LookingStep, seen: Found, options: FactsOptions = {}): string {
  const action = decideStep(factsAbout(seen, { native: true, ...options }), { step, versionId: VERSION });
  if (action.kind === 'refuse') return `refuse ${action.failure.code}`;
  if (action.kind === 'apply' || action.kind === 'resume')
    return `${action.kind}${action.renews ? ' and renew' : ''}, overlap ${action.overlap}`;
  return action.kind === 'ask' ? `ask ${action.question}` : action.kind;
}

/** AWSCURRENT is on the version that the steps are about. */
function promoted(pending: boolean): Found {
  const current = { id: VERSION, stages: ['AWSCURRENT'], createdAt: new Date(0) };
  const seen = atRest();
  return { ...seen, labels: { ...seen.labels, current, ...(pending && { pending: current }) } };
}

describe.each(['createSecret', 'setSecret', 'finishSecret'] as const)('%s', (step) => {
  it('does nothing once the rotation is done', () => {
    expect(decided(step, promoted(false))).toBe('rest');
  });

  it('stops where AWSPENDING is at another version', () => {
    expect(decided(step, atRest())).toBe('refuse rotation-in-progress');
    const other = atRest({ pending: { ...PENDING.empty, id: 'three' } });
    expect(decided(step, other)).toBe('refuse rotation-in-progress');
  });

  it('stops before the first document was adopted', () => {
    const { current: _, ...seen } = EMPTY;
    expect(decided(step, seen as Found)).toBe('refuse not-at-rest');
  });
});

describe('createSecret', () => {
  it('fills the empty version, once', () => {
    expect(decided('createSecret', EMPTY)).toBe('fill');
    expect(decided('createSecret', FILLED)).toBe('rest');
  });

  it('gives connectors the current secret first, and waits for one that is away', () => {
    expect(decided('createSecret', { ...EMPTY, connectors: [connectorWith('old')] })).toBe('push-current');
    expect(decided('createSecret', { ...EMPTY, connectors: [UNREADABLE] })).toBe('refuse connector-unavailable');
  });

  it('stops where something has to be put right that is not its business', () => {
    expect(decided('createSecret', { ...EMPTY, ...iamHolding('by-hand') })).toBe('refuse not-at-rest');
    expect(decided('createSecret', { ...EMPTY, answer: REFUSED })).toBe('refuse not-at-rest');
  });

  it('asks whether a named strategy can be carried out', () => {
    const strategy = 'dual-secret';
    expect(decided('createSecret', EMPTY, { strategy })).toBe('ask overlap');
    const impossible = { strategy, known: { answers: { overlap: false } } } as const;
    expect(decided('createSecret', EMPTY, impossible)).toBe('refuse overlap-unsupported');
  });
});

describe('setSecret', () => {
  it('sets the candidate, and goes on with one that the IAM holds', () => {
    expect(decided('setSecret', FILLED)).toBe('apply and renew, overlap where-possible');
    expect(decided('setSecret', SET)).toBe('apply, overlap where-possible');
  });

  it('waits until the version is filled', () => {
    expect(decided('setSecret', EMPTY)).toBe('refuse not-at-rest');
  });

  it('begins nothing for which there is no time', () => {
    expect(decided('setSecret', FILLED, { leftMs: 5000 })).toBe('refuse out-of-time');
  });

  it('ends no secret that a connector uses: it is given the current one first', () => {
    expect(decided('setSecret', { ...FILLED, connectors: [connectorWith('third')] })).toBe('push-current');
    expect(decided('setSecret', { ...FILLED, connectors: [connectorWith('candidate')] })).toBe(
      'apply and renew, overlap where-possible',
    );
  });
});

describe('finishSecret', () => {
  it('promotes the candidate that the IAM holds, and finishes one that is promoted', () => {
    expect(decided('finishSecret', SET)).toBe('resume, overlap none');
    expect(decided('finishSecret', promoted(true))).toBe('finish');
  });

  it('waits until the version is filled', () => {
    expect(decided('finishSecret', EMPTY)).toBe('refuse not-at-rest');
  });
});
