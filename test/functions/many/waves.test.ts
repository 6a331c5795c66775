import { describe, expect, it } from '@jest/globals';
import { FleetRequest } from '../../../functions/credential/events/fleet-rotation.ts';
import { type Candidate, fits, planWaves } from '../../../functions/many/waves.ts';

const FLEET: readonly Candidate[] = [
  { id: 'beta-prod', tags: { env: 'prod', owner: 'b' } },
  { id: 'acme-test', tags: { env: 'test' } },
  { id: 'acme-prod', tags: { env: 'prod' } },
  { id: 'acme-old', tags: {} },
];
const plan = (request: object, fleet = FLEET) => planWaves(FleetRequest.parse(request), fleet);
const idsIn = (request: object, fleet = FLEET) => {
  const { waves, items } = plan(request, fleet);
  return waves.map(({ name }, index) => [
    name,
    ...items.filter(({ wave }) => wave === index).map(({ credential }) => credential),
  ]);
};

describe('a pattern of ids', () => {
  it.each([
    ['acme-*', true],
    ['*', true],
    ['*prod', true],
    ['acme-pro?', true],
    ['acme', false],
    ['cme-prod', false],
    ['acme-prod-*', false],
  ])('%s fits acme-prod: %p', (pattern, expected) => {
    expect(fits('acme-prod', pattern)).toBe(expected);
  });
});

describe('who is chosen', () => {
  it.each<[object, string[]]>([
    [{ all: true }, ['acme-old', 'acme-prod', 'acme-test', 'beta-prod']],
    [{ tags: { env: 'prod' } }, ['acme-prod', 'beta-prod']],
    [{ match: 'acme-*' }, ['acme-old', 'acme-prod', 'acme-test']],
    [{ tags: { env: 'prod' }, match: 'acme-*' }, ['acme-prod']],
    [{ tags: { env: 'prod', owner: 'b' } }, ['beta-prod']],
  ])('by %j, in the order of the ids', (select, ids) => {
    expect(idsIn({ select })[0]?.slice(1)).toEqual(ids);
  });

  it('is nobody where nothing fits: there is no wave', () => {
    expect(plan({ select: { match: 'nobody' } })).toEqual({ waves: [], items: [] });
  });

  it('has whoever cannot be read with it, last: nothing is known of its tags', () => {
    const expected = { code: 'settings-invalid', detail: 'credential.id: missing' } as const;
    const fleet = [...FLEET, { id: 'aaa', expected }];
    const request = { select: { tags: { env: 'prod' } }, waves: [{ tags: { env: 'prod' } }] };

    expect(idsIn(request, fleet)).toEqual([
      ['env=prod', 'acme-prod', 'beta-prod'],
      ['the rest', 'aaa'],
    ]);
    expect(plan(request, fleet).items.at(-1)).toEqual({ credential: 'aaa', wave: 1, expected });
  });
});

describe('waves', () => {
  it('take each credential once, the first wave first, and the rest comes last', () => {
    const waves = [{ tags: { env: 'test' } }, { match: 'acme-*' }, { tags: { env: 'prod' } }];

    expect(idsIn({ select: { all: true }, waves })).toEqual([
      ['env=test', 'acme-test'],
      ['acme-*', 'acme-old', 'acme-prod'],
      ['env=prod', 'beta-prod'],
    ]);
    expect(idsIn({ select: { all: true }, waves: waves.slice(0, 1) })[1]).toEqual([
      'the rest',
      'acme-old',
      'acme-prod',
      'beta-prod',
    ]);
  });

  it('without a credential are left out', () => {
    expect(idsIn({ select: { match: 'beta-*' }, waves: [{ tags: { env: 'test' } }, { match: 'beta-*' }] })).toEqual([
      ['beta-*', 'beta-prod'],
    ]);
  });

  it.each([
    [{}, undefined, 0],
    [{ tolerated: { percent: 50 } }, undefined, 2],
    [{ tolerated: { percent: 49 } }, undefined, 1],
    [{ tolerated: { count: 3 } }, undefined, 3],
    [{ tolerated: { count: 3 } }, { percent: 25 }, 1],
  ])('of four bear, with %j and %j of their own, %d failures', (asked, tolerated, expected) => {
    const waves = [{ match: '*', ...(tolerated && { tolerated }) }];

    expect(plan({ select: { all: true }, waves, ...asked }).waves).toMatchObject([{ total: 4, tolerated: expected }]);
  });
});

describe('a request', () => {
  it.each([
    [{ select: {} }, 'select'],
    [{ select: { all: true, match: 'a*' } }, 'select'],
    [{ select: { match: 'Acme-*' } }, 'select.match'],
    [{ select: { match: 'a*b*c*d*' } }, 'select.match'],
    [{ select: { match: '' } }, 'select.match'],
    [{ select: { all: true }, waves: [{}] }, 'waves.0'],
    [{ select: { all: true }, tolerated: { count: 1, percent: 1 } }, 'tolerated'],
    [{ select: { all: true }, tolerated: {} }, 'tolerated'],
    [{ select: { all: true }, maxConcurrency: 0 }, 'maxConcurrency'],
    [{ select: { all: true }, force: true }, 'reason'],
    [{ select: { all: true }, revokePrevious: true }, 'reason'],
  ])('%j is refused at %s', (request, place) => {
    const { error } = FleetRequest.safeParse(request);
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(place);
  });
});
