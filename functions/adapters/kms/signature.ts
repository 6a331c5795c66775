/** Bytes of one number of a P-256 signature. */
const SIZE = 32;
const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * An ECDSA signature over P-256 as JOSE has it: r and s, 32 bytes each. KMS gives it in DER.
 *
 * @param der at most 72 bytes, so that every length in it is one byte
 * @throws {RangeError} when it is none
 * @see [RFC 3279 §2.2.3](https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3), [RFC 7518 §3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)
 */
export function joseSignature(der: Uint8Array): Uint8Array {
  const bytes = Buffer.from(der);
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2) throw notASignature();
  const r = integerAt(bytes, 2);
  const s = integerAt(bytes, r.end);
  if (s.end !== bytes.length) throw notASignature();
  return Buffer.concat([r.digits, s.digits]);
}

/** A number that is not negative: a zero goes before a first bit that is set. */
function integerAt(bytes: Buffer, at: number): { digits: Buffer; end: number } {
  const [tag, length = 0] = bytes.subarray(at);
  const end = at + 2 + length;
  const content = bytes.subarray(at + 2, end);
  const digits = content[0] === 0 ? content.subarray(1) : content;
  if (tag !== INTEGER || length === 0 || end > bytes.length || digits.length > SIZE) throw notASignature();
  return { digits: Buffer.concat([Buffer.alloc(SIZE - digits.length), digits]), end };
}

function notASignature(): RangeError {
  return new RangeError('not an ECDSA signature over P-256 in DER');
}
