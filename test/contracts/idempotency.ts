import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { RequestIds } from '../../functions/adapters/dynamodb/idempotency.ts';
import { RotationError } from '../../functions/credential/errors.ts';

type Case = readonly [title: string, test: (ids: RequestIds, others: RequestIds) => Promise<void>];

const REQUEST = { key: 'k 1', payload: { reason: 'Ä', force: true } };
/** The same, in another order. */
const REORDERED = { key: 'k 1', payload: { force: true, reason: 'Ä' } };
const draws = (id: string) => async () => id;
const never = async () => Promise.reject(new Error('was drawn again'));

/** What a table promises of keys, as cases against `dynamoDbRequestIds()`; each has credentials of its own. */
export function idempotencyContract(idsOf: (credential: string) => RequestIds): void {
  for (const [title, test] of CASES) {
    it(title, async () => {
      const credential = randomUUID();
      await test(idsOf(credential), idsOf(`${credential}-other`));
    });
  }
}

const CASES: readonly Case[] = [
  [
    'the first call draws an id, and a repeat gets the same one',
    async (ids) => {
      expect(await ids(REQUEST, draws('r1'))).toEqual({ requestId: 'r1', drawn: true });
      expect(await ids(REQUEST, never)).toEqual({ requestId: 'r1', drawn: false });
      expect(await ids(REORDERED, never)).toEqual({ requestId: 'r1', drawn: false });
    },
  ],
  [
    'another key, and the same key of another credential, get their own',
    async (ids, others) => {
      await ids(REQUEST, draws('r1'));
      expect(await ids({ ...REQUEST, key: 'k 2' }, draws('r2'))).toEqual({ requestId: 'r2', drawn: true });
      expect(await others(REQUEST, draws('r3'))).toEqual({ requestId: 'r3', drawn: true });
    },
  ],
  [
    'of twenty calls at once one draws, and all get its id',
    async (ids) => {
      let drawn = 0;
      const draw = async () => `r${++drawn}`;
      const all = await Promise.all(Array.from({ length: 20 }, () => ids(REQUEST, draw)));
      expect(all.filter((one) => one.drawn)).toHaveLength(1);
      expect(new Set(all.map(({ requestId }) => requestId))).toEqual(new Set(['r1']));
    },
  ],
  [
    'another payload with the same key is refused, and the key still leads to its own',
    async (ids) => {
      await ids(REQUEST, draws('r1'));
      const other = ids({ ...REQUEST, payload: { reason: 'Ö' } }, never);
      await expect(other).rejects.toMatchObject({ name: 'RotationError', code: 'idempotency-key-reused' });
      expect(await ids(REQUEST, never)).toEqual({ requestId: 'r1', drawn: false });
    },
  ],
  [
    'a draw that fails leaves the key free',
    async (ids) => {
      const failure = new RotationError('ledger-throttled', 'too many calls');
      await expect(ids(REQUEST, () => Promise.reject(failure))).rejects.toBe(failure);
      expect(await ids(REQUEST, draws('r1'))).toEqual({ requestId: 'r1', drawn: true });
    },
  ],
];
