import { describe, expect, it } from '@jest/globals';
import { durationMs } from '../../../../functions/credential/duration.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { decide } from '../../../../functions/rotation/decide/decide.ts';
import { type FactsOptions, factsAbout } from '../../../support/facts.ts';
import { atRest, CREATED_AT, CURRENT, connectorWith, iamHolding, UNREADABLE } from '../../../support/observations.ts';
import { createWorld, FIRST_SECRET } from '../../../support/world.ts';

const MINUTE_MS = 60_000;
const { grace } = factsAbout(atRest()).credential;
const GRACE_MS = durationMs(grace);
const OLD = { ...CURRENT, clientSecret: new Secret('old') };

/** When a grace is over for so many minutes. */
const minutesAfter = (minutes: number) => new Date(CREATED_AT.getTime() + GRACE_MS + minutes * MINUTE_MS);
const keeping = (secret: string) =>
  iamHolding('current', { previous: { secret: new Secret(secret), validUntil: minutesAfter(1e6) } });
const NOT_DUE = { trigger: 'schedule', scheduledTime: CREATED_AT } as const;

function decided(options: FactsOptions & { readonly kept?: string; readonly unreadable?: boolean } = {}) {
  const { kept = 'old', unreadable = false, ...others } = options;
  const connectors = [connectorWith('current'), ...(unreadable ? [UNREADABLE] : [])];
  const seen = atRest({ ...(kept && keeping(kept)), connectors });
  return decide(factsAbout(seen, { request: NOT_DUE, now: minutesAfter(6), ...others }));
}

describe('a previous secret that the IAM keeps after its grace', () => {
  it('is looked up, and its end is planned once', () => {
    expect(decided()).toMatchObject({ kind: 'ask', question: 'previous-document' });
    const known = { answers: { previousDocument: OLD } };
    expect(decided({ known })).toMatchObject({ kind: 'plan-end', versionId: 'zero' });
    const planned = { answers: { previousDocument: OLD, endPlanned: true } } as const;
    expect(decided({ known: planned })).toMatchObject({ kind: 'rest', outcome: 'unchanged' });
  });

  it('also in a freeze, which stops what begins and not what ends', () => {
    const known = { answers: { previousDocument: OLD } };
    const due = { trigger: 'schedule', scheduledTime: minutesAfter(6) } as const;
    expect(decided({ known, frozen: true, request: due })).toMatchObject({ kind: 'plan-end' });
  });

  it.each([
    ['while a retire may still carry out what was planned', { now: minutesAfter(4) }],
    ['while a connector can not be read', { unreadable: true }],
    ['where the IAM keeps none', { kept: '' }],
    ['where it is none of ours', { kept: 'of-a-person', known: { answers: { previousDocument: OLD } } }],
    ['where there is no previous document', { known: { answers: { previousDocument: 'none' } } }],
    [
      'where the previous document can not be used',
      { known: { answers: { previousDocument: new RotationError('document-invalid', 'no document') } } },
    ],
  ] as const)('is left alone %s', (_when, options) => {
    expect(decided(options)).toMatchObject({ kind: 'rest', outcome: 'unchanged' });
  });

  it('is left alone where only a person can change the IAM: its own policy ends it', () => {
    const seen = atRest(keeping('old'));
    const facts = factsAbout(seen, { request: NOT_DUE, now: minutesAfter(6) });
    const credential = { ...facts.credential, iam: { type: 'manual', within: 'P7D' } } as typeof facts.credential;
    expect(decide({ ...facts, credential })).toMatchObject({ kind: 'rest', outcome: 'unchanged' });
  });

  it('is ended by the retire that is planned', async () => {
    const world = createWorld({ settings: { grace: 'PT1H' } });
    await world.rotate();
    // What was planned is lost.
    world.planned.length = 0;
    world.advance(66 * MINUTE_MS);
    const scheduledTime = new Date(0);
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'unchanged', nothingChanged: true });
    expect(world.planned.map(({ target }) => target)).toEqual(['retire']);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(5 * MINUTE_MS);
    const { versionId = '' } = (world.planned[0]?.event ?? {}) as { versionId?: string };
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    world.planned.length = 0;
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'unchanged' });
    expect(world.planned).toEqual([]);
  });
});
