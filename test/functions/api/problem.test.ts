import { describe, expect, it } from '@jest/globals';
import { STATUSES } from '../../../functions/api/contract/statuses.ts';
import { json, problem, rotationResponse } from '../../../functions/api/problem.ts';
import { ERRORS, type ErrorCode } from '../../../functions/credential/errors.ts';
import type { Rotation } from '../../../functions/credential/outcome.ts';

const ROTATION: Rotation = {
  rotationId: 'v1',
  credential: 'acme-prod',
  trigger: 'api',
  outcome: 'rotated',
  strategy: 'dual-secret',
  startedAt: '2026-03-01T03:00:00.000Z',
  endedAt: '2026-03-01T03:00:01.000Z',
  durationMs: 1000,
  steps: [{ name: 'observe', ms: 10 }],
  previousValidUntil: null,
  nothingChanged: false,
  repeatAt: null,
  connectors: [{ name: 'ifs', sectionsWritten: 3, sectionsSkipped: 1, proof: { level: 'written' } }],
};
const FAILURE = { code: 'connector-unavailable', detail: 'ifs: HTTP 503', next: 'Make it reachable.' } as const;

const EXPECTED: Partial<Record<ErrorCode, number>> = {
  'credential-unknown': 404,
  'rotation-unknown': 404,
  'rotation-in-progress': 409,
  'too-soon': 409,
  frozen: 409,
  'connector-behind': 409,
  'connector-unknown': 404,
  'connector-not-manual': 422,
  'request-invalid': 422,
  'settings-invalid': 422,
  'document-invalid': 422,
  'client-not-found': 422,
  'client-not-usable': 422,
  'section-not-found': 422,
  'iam-unavailable': 502,
  'iam-unauthorized': 502,
  'iam-forbidden': 502,
  'iam-not-found': 502,
  'connector-unavailable': 502,
  'connector-unauthorized': 502,
  'connector-not-found': 502,
  'connector-mismatch': 502,
  'iam-timeout': 504,
  'connector-timeout': 504,
};

/** What a caller is told of the connector that it names, or of what has to be done first. */
const OF_THE_CALLER = ['connector-behind', 'connector-unknown', 'connector-not-manual'];

describe('the status of a problem', () => {
  it.each(Object.entries(EXPECTED))('%s: %d', (code, status) => {
    const answer = problem(code as ErrorCode, { detail: 'd', nothingChanged: true, next: 'n' });
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body).status).toBe(status);
  });

  it('of every code that is about the IAM or a connector is 502, or 504 for a time-out', () => {
    for (const [code, status] of Object.entries(STATUSES)) {
      if (!/^(iam|connector)-/.test(code) || OF_THE_CALLER.includes(code)) continue;
      expect([code, status]).toEqual([code, code.endsWith('-timeout') ? 504 : 502]);
    }
  });

  it('comes with something to do, for every code', () => {
    for (const { title, next } of Object.values(ERRORS)) {
      expect(title.length).toBeGreaterThan(5);
      expect(next).toMatch(/\.$/);
    }
  });
});

describe('problem', () => {
  it('tells the place of the one fault that its detail tells', () => {
    const facts = { detail: 'There is no such page', nothingChanged: true, next: 'n', pointer: '/nextToken' };
    const body = JSON.parse(problem('request-invalid', facts).body);
    expect(body).toMatchObject({ errors: [{ pointer: '/nextToken', detail: 'There is no such page' }] });
    expect(body).not.toHaveProperty('pointer');
  });

  it('is RFC 9457 with our members', () => {
    const answer = problem('too-soon', {
      detail: 'Changed just now',
      credential: 'acme-prod',
      nothingChanged: true,
      next: 'Wait.',
      retryAfter: 100,
    });
    expect(answer.headers).toEqual({ 'content-type': 'application/problem+json', 'retry-after': '100' });
    expect(JSON.parse(answer.body)).toEqual({
      type: '/problems/too-soon',
      title: ERRORS['too-soon'].title,
      status: 409,
      detail: 'Changed just now',
      code: 'too-soon',
      credential: 'acme-prod',
      nothingChanged: true,
      next: 'Wait.',
      retryAfter: 100,
    });
  });

  it.each(['schedule-throttled', 'lambda-throttled'] as const)(
    'of a busy service tells when to come back: %s',
    (code) => {
      const answer = problem(code, { detail: 'd', nothingChanged: true, next: 'n' });
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(JSON.parse(answer.body)).toMatchObject({ retryAfter: 5 });
    },
  );

  it('has no Retry-After where none is known', () => {
    const { headers, body } = problem('frozen', { detail: 'd', nothingChanged: true, next: 'n' });
    expect(headers).not.toHaveProperty('retry-after');
    expect(body).not.toContain('retryAfter');
  });
});

describe('rotationResponse', () => {
  it.each(['rotated', 'adopted', 'repaired', 'unchanged'] as const)('%s: 200 and the rotation itself', (outcome) => {
    const answer = rotationResponse({ ...ROTATION, outcome });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual({ ...ROTATION, outcome });
  });

  it.each([
    ['rolled-back', 502],
    ['stored-not-applied', 502],
    ['interrupted', 502],
  ] as const)('%s: a problem %d with the rotation beside it; something may have changed', (outcome, status) => {
    const answer = rotationResponse({ ...ROTATION, outcome, failure: FAILURE });
    const { rotationId, credential, steps, connectors, strategy, trigger } = ROTATION;
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    expect(JSON.parse(answer.body)).toMatchObject({
      type: `/problems/${outcome}`,
      code: outcome,
      status,
      title: expect.any(String),
      detail: 'ifs: HTTP 503',
      next: expect.stringMatching(/^Make it reachable\./),
      nothingChanged: false,
      outcome,
      ...{ rotationId, credential, steps, connectors, strategy, trigger },
    });
  });

  it.each([
    ['client-not-found', 422],
    ['connector-behind', 409],
    ['iam-timeout', 504],
    ['iam-unavailable', 502],
  ] as const)('refused by %s: a problem %d; nothing was changed', (code, status) => {
    const failure = { ...FAILURE, code };
    const answer = rotationResponse({ ...ROTATION, nothingChanged: true, outcome: 'refused', failure });
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      type: `/problems/${code}`,
      code,
      status,
      nothingChanged: true,
      credential: 'acme-prod',
    });
  });

  it.each([
    ['store-throttled', 503, 5],
    ['rotation-in-progress', 409, 60],
  ] as const)('refused by %s: %d, and when to come again', (code, status, retryAfter) => {
    const answer = rotationResponse({ ...ROTATION, outcome: 'refused', failure: { ...FAILURE, code } });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([status, String(retryAfter)]);
    expect(JSON.parse(answer.body)).toMatchObject({ code, retryAfter });
  });

  it('rolled back by what is busy: 502, with no word of when to come again', () => {
    const failure = { ...FAILURE, code: 'store-throttled' } as const;
    const answer = rotationResponse({ ...ROTATION, outcome: 'rolled-back', failure });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([502, undefined]);
  });

  it.each([true, false, null])('says of what was changed what the run knows: nothingChanged %s', (nothingChanged) => {
    const failure = { ...FAILURE, code: 'connector-behind' } as const;
    const answer = rotationResponse({ ...ROTATION, nothingChanged, outcome: 'refused', failure });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'connector-behind', nothingChanged });
  });
});

describe('what to do', () => {
  it.each([
    ['interrupted', 'Make it reachable.', 'Make it reachable. Then rotate again.'],
    ['interrupted', 'Rotate again.', 'Rotate again.'],
    ['rolled-back', 'Make it reachable.', 'Make it reachable.'],
  ] as const)('after %s, with "%s": %s', (outcome, next, expected) => {
    const answer = rotationResponse({ ...ROTATION, outcome, failure: { ...FAILURE, next } });
    expect(JSON.parse(answer.body).next).toBe(expected);
  });
});

describe('what a rotation says of itself', () => {
  it.each([
    ['refused', null],
    ['refused', false],
    ['refused', true],
    ['interrupted', null],
    ['rolled-back', true],
  ] as const)('is told as it is: %s, nothingChanged %j', (outcome, nothingChanged) => {
    const answer = rotationResponse({ ...ROTATION, outcome, failure: FAILURE, nothingChanged });
    expect(JSON.parse(answer.body)).toMatchObject({ nothingChanged });
  });
});

describe('json', () => {
  it('is what the gateway takes', () => {
    expect(json(202, { a: 1 }, { location: '/x' })).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json', location: '/x' },
      body: '{"a":1}',
    });
  });
});
