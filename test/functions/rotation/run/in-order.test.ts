import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { inOrder, settled } from '../../../../functions/rotation/run/in-order.ts';

const fails = async (ms: number, message: string): Promise<never> => {
  await wait(ms);
  throw new Error(message);
};

describe('inOrder', () => {
  it('gives what each of them gives', async () => {
    expect(await inOrder([Promise.resolve(1), wait(5).then(() => 'two')])).toEqual([1, 'two']);
  });

  it('throws the failure that comes first in the list, and not in time', async () => {
    await expect(inOrder([fails(20, 'the first'), fails(1, 'the second')])).rejects.toThrow('the first');
  });

  it('waits for all of them before it throws', async () => {
    let done = false;
    const slow = wait(20).then(() => {
      done = true;
    });
    await expect(inOrder([fails(1, 'early'), slow])).rejects.toThrow('early');
    expect(done).toBe(true);
  });
});

describe('settled', () => {
  it('waits, whatever comes of it', async () => {
    await expect(settled(fails(1, 'in vain'))).resolves.toBeUndefined();
    await expect(settled(undefined)).resolves.toBeUndefined();
  });
});
