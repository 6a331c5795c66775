import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { joseSignature } from '../../../../functions/adapters/kms/signature.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A DER signature of two numbers, each as it stands in an INTEGER. */
const der = (r: string, s: string) => {
  const numbers = [r, s].map((hex) => Buffer.from(hex, 'hex'));
  const content = Buffer.concat(numbers.flatMap((one) => [Buffer.from([0x02, one.length]), one]));
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
};
const hexOf = (signature: Uint8Array) => Buffer.from(signature).toString('hex');
const full = 'ab'.repeat(32);

describe('joseSignature', () => {
  it('is what verifies as r and s, for signatures of every length', () => {
    const lengths = new Set<number>();
    for (let count = 0; count < 600; count++) {
      const message = Buffer.from(`message ${count}`);
      const signed = sign('sha256', message, privateKey);
      lengths.add(signed.length);
      const signature = joseSignature(signed);
      expect(signature).toHaveLength(64);
      expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
    expect(lengths.size).toBeGreaterThan(2);
  });

  it.each([
    ['numbers that begin with a set bit', der(`00${full}`, `00${full}`), full + full],
    ['numbers of 32 bytes', der('7f'.repeat(32), '01'.repeat(32)), '7f'.repeat(32) + '01'.repeat(32)],
    ['short numbers', der('01', '0080'), `${'00'.repeat(31)}01${'00'.repeat(31)}80`],
  ])('pads and cuts %s', (_what, signed, hex) => {
    expect(hexOf(joseSignature(signed))).toBe(hex);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another tag', Buffer.concat([Buffer.from([0x31]), der(full, full).subarray(1)])],
    ['a length that is not its own', Buffer.concat([der('01', '01'), Buffer.alloc(1)])],
    ['one number', Buffer.from('3003020101', 'hex')],
    ['three numbers', Buffer.from('3009020101020101020101', 'hex')],
    ['an empty number', Buffer.from('30050200020101', 'hex')],
    ['a number that goes on behind the end', Buffer.from('3006020101020501', 'hex')],
    ['numbers of another curve', der('7f'.repeat(48), '7f'.repeat(48))],
    ['r and s already', Buffer.alloc(64, 0x30)],
  ])('refuses %s', (_what, signed) => {
    expect(() => joseSignature(signed)).toThrow(RangeError);
  });
});
