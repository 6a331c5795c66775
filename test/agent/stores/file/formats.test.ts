import { describe, expect, it } from '@jest/globals';
import { decode } from '../../../../agent/stores/file/encoding.ts';
import type { Format } from '../../../../agent/stores/file/format.ts';
import { textFormat } from '../../../../agent/stores/file/text.ts';
import { xmlFormat } from '../../../../agent/stores/file/xml.ts';

/** Reads the value at a place, and the text with another value there. */
function replaced(format: Format, { text, place, value }: { text: string; place: string; value: string }) {
  const located = format.locate(text, [place]).get(place);
  if (!located) throw new Error('the place was not located');
  return { was: located.value, text: text.slice(0, located.start) + located.encode(value) + text.slice(located.end) };
}

describe('a value of a text file', () => {
  it.each([
    ['env', 'S=plain', 'plain', 'a.b-c_d~', 'S=a.b-c_d~'],
    ['env', "S='a b'", 'a b', 'a b', 'S="a b"'],
    ['env', 'S="a\\"b\\$c"', 'a"b$c', '#x', 'S="#x"'],
    ['properties', 'S=a\\u00e5\\=b\\\\', 'aå=b\\', 'å\\ü', 'S=\\u00e5\\\\\\u00fc'],
    ['properties', 'S=x', 'x', ' 😀', 'S=\\ \\ud83d\\ude00'],
    ['none', 'S=as it "stands"', 'as it "stands"', 'a=b\\c', 'S=a=b\\c'],
  ] as const)('in the %s way: %s is %s', (kind, text, was, value, expected) => {
    expect(replaced(textFormat(kind), { text: `A=1\r\n${text}\r\nB=2`, place: '^S=(.*)$', value })).toEqual({
      was,
      text: `A=1\r\n${expected}\r\nB=2`,
    });
  });

  it.each(['a;b', 'a#b', ' a', 'a ', 'a"b', 'a\tb'])(
    'in the way none is refused where an ini file could lose a part: %j',
    (value) => {
      expect(() => replaced(textFormat('none'), { text: 'S=x', place: '^S=(.*)$', value })).toThrow(
        /Nothing was changed/,
      );
    },
  );
});

describe('a value of an XML file', () => {
  const format = xmlFormat('utf-8');
  it.each([
    ['an attribute in single quotes', "<a b='1&amp;2'/>", '/a/@b', '1&2', 'x\'"<', "<a b='x&apos;\"&lt;'/>"],
    ['an element', '<a>\r\n <b>1</b></a>', '/a/b', '1', ']]>&', '<a>\r\n <b>]]&gt;&amp;</b></a>'],
    ['an empty element', '<a><b c="d"/></a>', '/a/b', null, 'x', '<a><b c="d">x</b></a>'],
    ['an element without content', '<a><b></b></a>', '/a/b', '', 'x', '<a><b>x</b></a>'],
    ['a CDATA section', '<a><![CDATA[1<2]]></a>', '/a', '1<2', 'x]]>y', '<a><![CDATA[x]]]]><![CDATA[>y]]></a>'],
    ['behind characters of two units', '<a>😀<b>1</b></a>', '/a/b', '1', '2', '<a>😀<b>2</b></a>'],
  ])('%s', (_, text, place, was, value, expected) => {
    expect(replaced(format, { text, place, value })).toEqual({ was, text: expected });
  });

  it.each([
    ['windows-1252', '<?xml version="1.0"?><a>1</a>'],
    ['utf-8', '<?xml version="1.0" encoding="windows-1252"?><a>1</a>'],
    ['utf-16le', '<?xml version="1.0" encoding="utf-8"?><a>1</a>'],
  ] as const)('is refused as %s where the declaration says something else', (encoding, text) => {
    expect(() => xmlFormat(encoding).locate(text, ['/a'])).toThrow(expect.objectContaining({ code: 'encoding-wrong' }));
  });
});

describe('the encodings of a file', () => {
  it('have every byte of windows-1252 again', () => {
    const bytes = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
    const { text, encode } = decode(bytes, 'windows-1252');
    expect(text).toBe(new TextDecoder('windows-1252').decode(bytes));
    expect(encode(text)).toEqual(bytes);
  });

  it.each(['\u0080', 'ā', '😀', '\ufeff'])('windows-1252 refuses %j, which it lacks', (char) => {
    expect(() => decode(Buffer.from('x'), 'windows-1252').encode(char)).toThrow(/lacks/);
  });
});
