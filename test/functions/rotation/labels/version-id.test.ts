import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { nextVersionId } from '../../../../functions/rotation/labels/version-id.ts';

const NONE: ReadonlySet<string> = new Set();

describe('nextVersionId', () => {
  it('is a UUID of version 8, as Secrets Manager takes it', () => {
    expect(nextVersionId('csr/acme-prod', 'current', NONE)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('is derived from the secret, the current version and the attempt', () => {
    const digest = createHash('sha256').update('csr/acme-prod\ncurrent\n0').digest('hex');
    const id = nextVersionId('csr/acme-prod', 'current', NONE).replaceAll('-', '');
    expect(id.slice(0, 12)).toBe(digest.slice(0, 12));
    expect(id.slice(20)).toBe(digest.slice(20, 32));
  });

  it('is the same for two rotators that see the same', () => {
    expect(nextVersionId('s', 'c', new Set(['x']))).toBe(nextVersionId('s', 'c', new Set(['y'])));
  });

  it('is another one for another secret, another current version, or none', () => {
    const ids = [
      nextVersionId('s', 'c', NONE),
      nextVersionId('t', 'c', NONE),
      nextVersionId('s', 'd', NONE),
      nextVersionId('s', undefined, NONE),
    ];
    expect(new Set(ids).size).toBe(4);
  });

  it('goes on to the first attempt whose id no version has', () => {
    const taken = new Set<string>();
    for (let attempt = 0; attempt < 5; attempt++) {
      const id = nextVersionId('s', 'c', taken);
      expect(taken.has(id)).toBe(false);
      taken.add(id);
    }
    const third = [...taken][2] ?? '';
    taken.delete(third);
    expect(nextVersionId('s', 'c', taken)).toBe(third);
  });
});
