import { AgentError } from '../../errors.ts';

/** The encodings of a configuration file. A byte order mark is kept where there is one. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'windows-1252'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** A file's text, and how it becomes bytes again. */
export interface Decoded {
  readonly text: string;
  /** @throws {AgentError} `value-not-writable` when the encoding lacks a character */
  encode(text: string): Buffer;
}

const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_BOM = Buffer.from([0xff, 0xfe]);

/** What windows-1252 has from 0x80 to 0x9F; elsewhere a byte is its own code point. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/**
 * Reads bytes as text. The text has to give the same bytes again: otherwise writing it would change more than one value.
 *
 * @throws {AgentError} `encoding-wrong`
 */
export function decode(bytes: Buffer, encoding: Encoding): Decoded {
  const decoded = DECODERS[encoding](bytes);
  if (!decoded) throw new AgentError('encoding-wrong', `The file is not ${encoding}.`);
  return decoded;
}

const DECODERS: Readonly<Record<Encoding, (bytes: Buffer) => Decoded | undefined>> = {
  'utf-8': (bytes) => {
    const bom = bytes.subarray(0, 3).equals(UTF8_BOM) ? UTF8_BOM : Buffer.alloc(0);
    const encode = (text: string) => Buffer.concat([bom, Buffer.from(text, 'utf8')]);
    return sameAgain(bytes, { text: bytes.subarray(bom.length).toString('utf8'), encode });
  },
  'utf-16le': (bytes) => {
    if (!bytes.subarray(0, 2).equals(UTF16_BOM)) return undefined;
    const encode = (text: string) => Buffer.concat([UTF16_BOM, Buffer.from(text, 'utf16le')]);
    return sameAgain(bytes, { text: bytes.subarray(2).toString('utf16le'), encode });
  },
  'windows-1252': (bytes) => {
    const marked = bytes.subarray(0, 3).equals(UTF8_BOM) || bytes.subarray(0, 2).equals(UTF16_BOM);
    if (marked || bytes.includes(0)) return undefined;
    const text = bytes
      .toString('latin1')
      .replaceAll(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char);
    return sameAgain(bytes, { text, encode: encodeWindows1252 });
  },
};

function sameAgain(bytes: Buffer, decoded: Decoded): Decoded | undefined {
  const isText = !decoded.text.includes('\u0000');
  return isText && decoded.encode(decoded.text).equals(bytes) ? decoded : undefined;
}

function encodeWindows1252(text: string): Buffer {
  return Buffer.from(
    Array.from(text, (char) => {
      const index = WINDOWS_1252.indexOf(char);
      const code = index >= 0 ? 0x80 + index : char.charCodeAt(0);
      if (char.length === 1 && code < 0x100 && (index >= 0 || code < 0x80 || code > 0x9f)) return code;
      throw new AgentError(
        'value-not-writable',
        'The new value has a character that windows-1252 lacks. Nothing was changed.',
      );
    }),
  );
}
