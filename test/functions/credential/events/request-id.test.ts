import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { REQUEST_ID, requestIdAt } from '../../../../functions/credential/events/request-id.ts';

describe('a request id', () => {
  it('begins with the millisecond in which it was drawn, and is a UUID of version 7', () => {
    const id = requestIdAt(new Date('2022-02-22T19:22:22.000Z'), '00000000-0CC3-4DC9-9898-000000000001');
    // The time of the example in RFC 9562, appendix A.6.
    expect(id).toBe('017f22e2-79b0-7dc9-9898-000000000001');
    expect(id).toMatch(REQUEST_ID);
  });

  it('differs from every other one, also of the same millisecond', () => {
    const now = new Date();
    const ids = Array.from({ length: 1000 }, () => requestIdAt(now, randomUUID()));
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(REQUEST_ID);
  });

  it('sorts by time', () => {
    const ids = [3, 1, 2].map((ms) => requestIdAt(new Date(1_800_000_000_000 + ms), randomUUID()));
    expect(ids.toSorted()).toEqual([ids[1], ids[2], ids[0]]);
  });
});
