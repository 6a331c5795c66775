import { describe, expect, it } from '@jest/globals';
import { type ErrorCode, RotationError } from '../../../functions/credential/errors.ts';
import { ConfigurationChangedError } from '../../../functions/ports/connector.ts';
import { StageMovedError, VersionTakenError } from '../../../functions/ports/secret-store.ts';
import { Ledger } from '../../../functions/rotation/ledger.ts';

async function changedAfter(...ends: (Error | undefined)[]): Promise<boolean | null> {
  const ledger = new Ledger();
  for (const end of ends) {
    const write = ledger.write(async () => {
      if (end) throw end;
    });
    await write.catch(() => undefined);
  }
  return ledger.changed;
}

const failed = (code: ErrorCode) => new RotationError(code, 'x');

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
