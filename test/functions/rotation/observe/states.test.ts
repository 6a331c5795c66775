import { describe, expect, it } from '@jest/globals';
import { classify, STATES } from '../../../../functions/rotation/observe/states.ts';
import {
  ACCEPTED,
  atRest,
  connectorWith,
  iamHolding,
  PENDING,
  REFUSED,
  UNREADABLE,
  uncleared,
} from '../../../support/observations.ts';

describe('classify', () => {
  it('at-rest: the IAM and every connector hold the current secret', () => {
    expect(classify(atRest())).toBe('at-rest');
  });

  it('at-rest: a connector that can not be read is not one that holds something else', () => {
    expect(classify(atRest({ connectors: [connectorWith('current'), UNREADABLE] }))).toBe('at-rest');
  });

  it('intent-open: an intent, and the IAM holds what it held', () => {
    expect(classify(atRest({ pending: PENDING.intent }))).toBe('intent-open');
  });

  it('regenerated-unstored: an intent, and the IAM holds something else, whether it still accepts the current one or not', () => {
    for (const answer of [ACCEPTED, REFUSED]) {
      const seen = atRest({ pending: PENDING.intent, ...iamHolding('made-by-the-iam'), answer });
      expect(classify(seen)).toBe('regenerated-unstored');
    }
  });

  it('candidate-unset: a candidate that the IAM does not hold', () => {
    expect(classify(atRest({ pending: PENDING.candidate }))).toBe('candidate-unset');
    expect(classify(atRest({ pending: PENDING.candidate, ...iamHolding('x'), answer: REFUSED }))).toBe(
      'candidate-unset',
    );
  });

  it('candidate-set: a candidate that the IAM holds', () => {
    const held = { pending: PENDING.candidate, ...iamHolding('candidate'), iamHoldsCandidate: true };
    expect(classify(atRest(held))).toBe('candidate-set');
    expect(classify(atRest({ ...held, answer: REFUSED }))).toBe('candidate-set');
  });

  it('promoted-uncleared: AWSPENDING is on the current version, and the IAM holds its secret', () => {
    expect(classify(uncleared())).toBe('promoted-uncleared');
    expect(classify(uncleared({ connectors: [connectorWith('old')] }))).toBe('promoted-uncleared');
  });

  it('changed-by-hand: the IAM holds another secret, whether it still accepts the current one or not', () => {
    expect(classify(atRest({ ...iamHolding('x'), answer: REFUSED }))).toBe('changed-by-hand');
    expect(classify(atRest({ ...iamHolding('x'), answer: ACCEPTED }))).toBe('changed-by-hand');
    expect(classify(uncleared(iamHolding('x')))).toBe('changed-by-hand');
  });

  it('expired: the IAM holds the current secret, but refuses it', () => {
    expect(classify(atRest({ answer: REFUSED }))).toBe('expired');
    expect(classify(atRest({ answer: REFUSED, connectors: [connectorWith('x')] }))).toBe('expired');
  });

  it('connector-differs: a connector, or one section of it, holds something else', () => {
    expect(classify(atRest({ connectors: [connectorWith('current'), connectorWith('x')] }))).toBe('connector-differs');
    expect(classify(atRest({ connectors: [connectorWith('current', 'x')] }))).toBe('connector-differs');
  });

  it('first-run: no current document', () => {
    const { current: _, ...nothing } = atRest({ labels: { versions: [] } });
    expect(classify(nothing)).toBe('first-run');
  });

  it('empty-pending: a pending version without a value', () => {
    expect(classify(atRest({ pending: PENDING.empty }))).toBe('empty-pending');
  });

  it('retire-open: a retire intent, whatever connectors hold', () => {
    expect(classify(atRest({ pending: PENDING.retire }))).toBe('retire-open');
    expect(classify(atRest({ pending: PENDING.retire, connectors: [connectorWith('x')] }))).toBe('retire-open');
  });

  it('each state has a number of its own, which the documentation uses', () => {
    expect(Object.values(STATES).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});
