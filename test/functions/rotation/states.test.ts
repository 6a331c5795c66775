import { describe, expect, it } from '@jest/globals';
import { RotationError } from '../../../functions/credential/errors.ts';
import { secretFingerprint } from '../../../functions/credential/fingerprint.ts';
import type { Connector } from '../../../functions/ports/connector.ts';
import type { TokenResult } from '../../../functions/ports/token-endpoint.ts';
import type { ConnectorView, Observation } from '../../../functions/rotation/observe.ts';
import { classify, STATES } from '../../../functions/rotation/states.ts';

const AT = new Date('2026-03-01T03:00:00Z');
const ACCEPTED: TokenResult = { accepted: true, accessToken: 'token' };
const REFUSED: TokenResult = { accepted: false, error: 'unauthorized_client', description: 'wrong' };
const C = { accessTokenUrl: 'https://iam.example.com/token', clientId: 'NC_Flow', clientSecret: 'c', scope: 'openid' };
const P = { ...C, clientSecret: 'p' };

function connectorWith(secret: string): ConnectorView {
  const section = { path: 'runtime', clientId: 'NC_Flow', secretFingerprint: secretFingerprint(secret) };
  return { connector: CONNECTOR, configuration: { etag: '"1"', sections: [section], sectionsSkipped: 0 } };
}

const CONNECTOR: Connector = {
  name: 'ifs',
  read: () => Promise.reject(new Error('not here')),
  write: () => Promise.reject(new Error('not here')),
};
const UNREADABLE: ConnectorView = { connector: CONNECTOR, error: new RotationError('connector-unavailable', 'down') };

/** State 1, unless something is said to be otherwise. */
function seen(other: Partial<Observation> & { iamHolds?: string; pendingOnCurrent?: boolean }): Observation {
  const { iamHolds = 'c', pendingOnCurrent = false, ...rest } = other;
  const stages = pendingOnCurrent ? ['AWSCURRENT', 'AWSPENDING'] : ['AWSCURRENT'];
  const current = { id: 'one', stages, createdAt: AT };
  return {
    connectors: [connectorWith('c')],
    labels: { versions: [current], current, ...(pendingOnCurrent ? { pending: current } : {}) },
    current: { id: 'one', createdAt: AT, document: C },
    client: { id: 'uuid', clientId: 'NC_Flow', secret: iamHolds },
    target: { id: 'uuid', clientId: 'NC_Flow', secret: iamHolds },
    answer: ACCEPTED,
    holdsPending: false,
    ...rest,
  };
}

const candidate = { id: 'two', createdAt: AT, own: false, content: { kind: 'candidate', document: P } } as const;
const retireIntent = { ...candidate, content: { kind: 'retire', versionId: 'zero' } } as const;
const intentAt = (held: string) => ({
  ...candidate,
  content: { kind: 'regenerate' as const, clientId: 'NC_Flow', fingerprint: secretFingerprint(held) },
});
const mark = { ...candidate, content: { kind: 'empty' } } as const;

describe('classify', () => {
  it('1: C alone, held by the IAM and by every connector: at rest', () => {
    expect(classify(seen({}))).toBe(1);
  });

  it('1: a connector that can not be read is not one that holds something else', () => {
    expect(classify(seen({ connectors: [connectorWith('c'), UNREADABLE] }))).toBe(1);
  });

  it('2: P is an intent, and the IAM holds what it held: died before regenerating', () => {
    expect(classify(seen({ pending: intentAt('c') }))).toBe(2);
  });

  it('3: P is an intent, and the IAM holds something else: died before storing', () => {
    expect(classify(seen({ pending: intentAt('c'), iamHolds: 'made-by-the-iam', answer: REFUSED }))).toBe(3);
    expect(classify(seen({ pending: intentAt('c'), iamHolds: 'made-by-the-iam', answer: ACCEPTED }))).toBe(3);
  });

  it('4: P is a candidate that the IAM does not hold: died before setting', () => {
    expect(classify(seen({ pending: candidate }))).toBe(4);
    expect(classify(seen({ pending: candidate, iamHolds: 'x', answer: REFUSED }))).toBe(4);
  });

  it('5: P is a candidate that the IAM holds: died before promoting', () => {
    expect(classify(seen({ pending: candidate, iamHolds: 'p', holdsPending: true }))).toBe(5);
    expect(classify(seen({ pending: candidate, iamHolds: 'p', holdsPending: true, answer: REFUSED }))).toBe(5);
  });

  it('6: C = P, held by the IAM: died before clearing, or a connector is behind', () => {
    expect(classify(seen({ pendingOnCurrent: true }))).toBe(6);
    expect(classify(seen({ pendingOnCurrent: true, connectors: [connectorWith('old')] }))).toBe(6);
  });

  it('7: the IAM holds another secret, whether it still accepts C or not: changed by hand', () => {
    expect(classify(seen({ iamHolds: 'x', answer: REFUSED }))).toBe(7);
    expect(classify(seen({ iamHolds: 'x', answer: ACCEPTED }))).toBe(7);
    expect(classify(seen({ iamHolds: 'x', pendingOnCurrent: true }))).toBe(7);
  });

  it('8: the IAM holds C, but refuses it: past its expiry', () => {
    expect(classify(seen({ answer: REFUSED }))).toBe(8);
    expect(classify(seen({ answer: REFUSED, connectors: [connectorWith('x')] }))).toBe(8);
  });

  it('9: a connector holds something else than C: changed or restored by hand', () => {
    expect(classify(seen({ connectors: [connectorWith('c'), connectorWith('x')] }))).toBe(9);
  });

  it('9: one of two sections of a connector does', () => {
    const both = [connectorWith('c'), connectorWith('x')].flatMap((view) => view.configuration?.sections ?? []);
    const view = { connector: CONNECTOR, configuration: { etag: '"1"', sections: both, sectionsSkipped: 0 } };
    expect(classify(seen({ connectors: [view] }))).toBe(9);
  });

  it('10: no current document: first run', () => {
    const { current: _, ...nothing } = seen({ labels: { versions: [] } });
    expect(classify(nothing)).toBe(10);
  });

  it("11: P without a value: RotateSecret's own mark", () => {
    expect(classify(seen({ pending: mark }))).toBe(11);
  });

  it('12: P is a retire intent: a retire died', () => {
    expect(classify(seen({ pending: retireIntent }))).toBe(12);
    expect(classify(seen({ pending: retireIntent, connectors: [connectorWith('x')] }))).toBe(12);
  });

  it('knows each state by what its labels and its IAM look like', () => {
    expect(Object.keys(STATES).map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});
