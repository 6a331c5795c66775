import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, RotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { ConfigurationChangedError } from '../../../../functions/ports/connector.ts';
import { StageMovedError, VersionTakenError } from '../../../../functions/ports/secret-store.ts';
import { Ledger } from '../../../../functions/rotation/run/ledger.ts';

async function changedAfter(...ends: (Error | undefined)[]): Promise<boolean | null> {
  const ledger = new Ledger();
  for (const end of ends) {
    const write = ledger.sent(async () => {
      if (end) throw end;
    });
    await write.catch(() => undefined);
  }
  return ledger.changed;
}

const failed = (code: ErrorCode) => new RotationError(code, 'x');

/** The answer to a version that carries its label. */
const LABELLED = { labelled: true };

describe('whether a run has changed anything', () => {
  it('is no, as long as nothing was sent', async () => {
    expect(await changedAfter()).toBe(false);
  });

  it.each([
    failed('iam-forbidden'),
    failed('iam-conflict'),
    failed('connector-not-found'),
    failed('store-forbidden'),
    new ConfigurationChangedError(),
    new StageMovedError(),
    new VersionTakenError(),
  ])('is no after a write that was refused for certain (%s)', async (refusal) => {
    expect(await changedAfter(refusal)).toBe(false);
  });

  it.each([
    failed('iam-timeout'),
    failed('iam-unavailable'),
    failed('iam-unexpected'),
    failed('connector-timeout'),
    failed('connector-unavailable'),
    failed('connector-unproven'),
    failed('store-unavailable'),
    new TypeError('unforeseen'),
  ])('is not known after a write without an answer (%s)', async (doubt) => {
    expect(await changedAfter(doubt)).toBeNull();
    expect(await changedAfter(doubt, failed('iam-forbidden'))).toBeNull();
  });

  it('is yes after a success, whatever else is not known', async () => {
    expect(await changedAfter(undefined)).toBe(true);
    expect(await changedAfter(failed('iam-timeout'), undefined, failed('connector-timeout'))).toBe(true);
  });
});

describe('connectors whose write may still come', () => {
  const unanswered = async (end: Error) => {
    const { connectors } = new Ledger();
    const send = async () => {
      throw end;
    };
    await connectors.sent('ifs', send).catch(() => undefined);
    return [...connectors.unanswered];
  };

  it('are those that did not answer', async () => {
    expect(await unanswered(failed('connector-timeout'))).toEqual(['ifs']);
    expect(await unanswered(failed('connector-unavailable'))).toEqual(['ifs']);
  });

  it('are none that refused, or that said that they could not load it', async () => {
    expect(await unanswered(failed('connector-not-found'))).toEqual([]);
    expect(await unanswered(failed('connector-unproven'))).toEqual([]);
  });
});

describe('whether a rotation may begin', () => {
  /** After a first look at which nothing had changed for longer than a lease. */
  function undisturbed(): Ledger {
    const ledger = new Ledger();
    ledger.sawVersions([], undefined, true);
    return ledger;
  }

  it('is yes, as long as nobody else has changed anything', () => {
    expect(undisturbed().mayBegin).toBe(true);
  });

  it('is no before the first look, and after a look within a lease of the last change', () => {
    const ledger = new Ledger();
    expect(ledger.mayBegin).toBe(false);
    ledger.sawVersions([], undefined, false);
    expect(ledger.mayBegin).toBe(false);
  });

  it('is no once a version of another run has appeared, or AWSCURRENT has moved', () => {
    const version = { id: 'of-the-other', stages: [], createdAt: new Date(0) };
    const appeared = undisturbed();
    appeared.sawVersions([version], undefined);
    expect(appeared.mayBegin).toBe(false);
    const moved = undisturbed();
    moved.sawVersions([], 'another');
    expect(moved.mayBegin).toBe(false);
  });

  it('is yes beside versions that the run itself has put and made current', async () => {
    const ledger = undisturbed();
    await ledger.put({ id: 'own', value: new Secret('{}'), stage: 'AWSPENDING' }, async () => LABELLED);
    ledger.isCurrent('own');
    ledger.sawVersions([{ id: 'own', stages: [], createdAt: new Date(0) }], 'own');
    expect(ledger.mayBegin).toBe(true);
  });

  it("is no once another run's version was cleared, also when the answer was lost", async () => {
    const ledger = undisturbed();
    await ledger.clear('of-the-other', () => Promise.reject(failed('store-unavailable'))).catch(() => undefined);
    expect(ledger.mayBegin).toBe(false);
  });

  it('is no while a write to the IAM may still be carried out', async () => {
    const ledger = undisturbed();
    await ledger.renew(() => Promise.reject(failed('iam-timeout'))).catch(() => undefined);
    expect(ledger.mayBegin).toBe(false);
    ledger.iamSettled();
    expect(ledger.mayBegin).toBe(true);
  });

  it('is no after labels moved that another run may have moved', () => {
    const ledger = undisturbed();
    ledger.sawForeignChange();
    expect(ledger.mayBegin).toBe(false);
  });
});

describe('how recent the answers of Secrets Manager are', () => {
  const two = { id: 'two', value: new Secret('{}'), stage: 'AWSPENDING' } as const;
  const done = async () => undefined;
  const moved = () => Promise.reject(new StageMovedError());

  it.each([
    ['has put a version', (ledger: Ledger) => ledger.put(two, async () => LABELLED)],
    ['has moved AWSCURRENT', (ledger: Ledger) => ledger.promote('one', done)],
    ['has taken AWSPENDING away', (ledger: Ledger) => ledger.clear('two', done)],
  ])('is known to a run that %s', async (_what, act) => {
    const ledger = new Ledger();
    expect(ledger.versions.knowsRecent).toBe(false);
    await act(ledger);
    expect(ledger.versions.knowsRecent).toBe(true);
  });

  it.each([
    [
      'a version of another run is in the way',
      (ledger: Ledger) => ledger.put(two, () => Promise.reject(new VersionTakenError())),
    ],
    ['another run has put the same', (ledger: Ledger) => ledger.put(two, async () => ({ labelled: false }))],
    ['another run has moved AWSCURRENT', (ledger: Ledger) => ledger.promote('one', moved)],
    ['another run has taken AWSPENDING away', (ledger: Ledger) => ledger.clear('two', moved)],
  ])('is not, where %s: that run may have done more since', async (_what, act) => {
    const ledger = new Ledger();
    await Promise.allSettled([act(ledger)]);
    expect(ledger.versions.knowsRecent).toBe(false);
  });
});

describe('an answer of Secrets Manager', () => {
  const current = { id: 'one', stages: ['AWSCURRENT'], createdAt: new Date(0) };

  it('is outdated without a version that the run has put, and when it shows a label where the run has taken it away', async () => {
    const ledger = new Ledger();
    expect(ledger.versions.isOutdated([current])).toBe(false);
    await ledger.put({ id: 'two', value: new Secret('{}'), stage: 'AWSPENDING' }, async () => LABELLED);
    expect(ledger.versions.isOutdated([current])).toBe(true);
    const both = [current, { id: 'two', stages: [], createdAt: new Date(0) }];
    expect(ledger.versions.isOutdated(both)).toBe(false);
    await ledger.promote('one', async () => undefined);
    expect(ledger.versions.isOutdated(both)).toBe(true);
  });

  it('is outdated without a version that another run was first to put', async () => {
    const ledger = new Ledger();
    const refused = () => Promise.reject(new VersionTakenError());
    await ledger.put({ id: 'two', value: new Secret('{}'), stage: 'AWSPENDING' }, refused).catch(() => undefined);
    expect(ledger.versions.isOutdated([current])).toBe(true);
    expect(ledger.hasPut('two')).toBe(false);
  });

  it('is outdated when it shows AWSPENDING where another run was first to take it away', async () => {
    const ledger = new Ledger();
    await ledger.clear('two', () => Promise.reject(new StageMovedError())).catch(() => undefined);
    const pending = { id: 'two', stages: ['AWSPENDING'], createdAt: new Date(0) };
    expect(ledger.versions.isOutdated([current, pending])).toBe(true);
    expect(ledger.versions.isOutdated([current, { ...pending, stages: [] }])).toBe(false);
  });
});

describe('which version is current', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 3, minute));
  const version = (id: string, minute: number, ...stages: string[]) => ({ id, createdAt: at(minute), stages });

  function looked(...versions: ReturnType<typeof version>[]): Ledger {
    const ledger = new Ledger();
    see(ledger, ...versions);
    return ledger;
  }

  function see(ledger: Ledger, ...versions: ReturnType<typeof version>[]): void {
    const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
    ledger.sawLabels({ ...(current && { current }) }, versions);
    ledger.sawVersions(versions, current?.id);
  }

  it('is told by the last look, not by the first', () => {
    const ledger = looked(version('one', 0, 'AWSCURRENT'));
    see(ledger, version('one', 0, 'AWSPREVIOUS'), version('two', 5, 'AWSCURRENT'));
    expect(ledger.versions.currentId).toBe('two');
  });

  it('calls a version former that is older, and none that an old answer may not show yet', () => {
    const ledger = looked(version('one', 0, 'AWSPREVIOUS'), version('two', 5, 'AWSCURRENT'));
    expect(ledger.versions.isFormer('one', at(1))).toBe(true);
    expect(ledger.versions.isFormer('two', at(6))).toBe(false);
    expect(ledger.versions.isFormer('three', at(9))).toBe(false);
    expect(ledger.versions.isFormer('removed', at(1))).toBe(true);
    expect(ledger.versions.isFormer('', at(9))).toBe(true);
  });

  it('knows by a compare-and-swap that was refused that a list with the old one is stale', async () => {
    const ledger = looked(version('one', 0, 'AWSCURRENT'));
    const refused = ledger.promote('one', async () => {
      throw new StageMovedError();
    });
    await expect(refused).rejects.toBeInstanceOf(StageMovedError);
    expect(ledger.versions.isOutdated([version('one', 0, 'AWSCURRENT')])).toBe(true);
    expect(ledger.versions.isOutdated([version('one', 0, 'AWSPREVIOUS'), version('two', 5, 'AWSCURRENT')])).toBe(false);
  });
});
