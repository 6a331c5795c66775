import { decode, ENCODINGS, type Encoding } from '../stores/file/encoding.ts';

/** How a marker lies in a file. */
export type Sighting =
  | { readonly kind: 'clear'; readonly encoding: Encoding; readonly text: string }
  | { readonly kind: 'encoded'; readonly how: string };

/** Looks for a marker in a file's bytes: in clear, or in a form that anybody can turn back. */
export function sight(bytes: Buffer, marker: string): Sighting | undefined {
  const encoding = encodingOf(bytes);
  if (encoding) {
    const { text } = decode(bytes, encoding);
    if (text.includes(marker)) return { kind: 'clear', encoding, text };
  }
  const found = Object.entries(formsOf(marker)).find(([, form]) => bytes.includes(form));
  return found && { kind: 'encoded', how: found[0] };
}

/** The first encoding that the bytes may be: every text is windows-1252. */
function encodingOf(bytes: Buffer): Encoding | undefined {
  return ENCODINGS.find((encoding) => {
    try {
      return Boolean(decode(bytes, encoding));
    } catch {
      return false;
    }
  });
}

function formsOf(marker: string): Record<string, Buffer | string> {
  const utf8 = Buffer.from(marker, 'utf8');
  const utf16 = Buffer.from(marker, 'utf16le');
  return {
    'as UTF-8 in a binary file': utf8,
    'as UTF-16 in a binary file': utf16,
    'as Base64 of UTF-8': core(utf8.toString('base64')),
    'as Base64 of UTF-16': core(utf16.toString('base64')),
    'as hexadecimal': utf8.toString('hex'),
    'as hexadecimal in capitals': utf8.toString('hex').toUpperCase(),
    reversed: [...marker].reverse().join(''),
  };
}

/** Base64 without its end, which depends on what follows. */
function core(base64: string): string {
  return base64.replace(/=+$/, '').slice(0, -1);
}
