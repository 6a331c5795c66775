import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AgentError } from '../../../../agent/errors.ts';
import { around, type Format, splice } from '../../../../agent/stores/file/format.ts';
import { jsonFormat } from '../../../../agent/stores/file/json.ts';
import { textFormat } from '../../../../agent/stores/file/text.ts';
import { xmlFormat } from '../../../../agent/stores/file/xml.ts';

const CASES: Record<string, { format: Format; text: string; place: string }> = {
  json: { format: jsonFormat, text: '{ // c\r\n "a": [ { "s": "x", }, 1 ] }', place: '/a/0/s' },
  'an XML attribute': { format: xmlFormat('utf-8'), text: '<a><b c="x" d=\'y\'/>z</a>', place: '/a/b/@c' },
  'an XML element': { format: xmlFormat('utf-8'), text: '<a><!-- c --><b>x</b>z</a>', place: '/a/b' },
  'an empty XML element': { format: xmlFormat('utf-8'), text: '<a><b/>z</a>', place: '/a/b' },
  CDATA: { format: xmlFormat('utf-8'), text: '<a><b><![CDATA[x]]></b>z</a>', place: '/a/b' },
  none: { format: textFormat('none'), text: 'A=1\r\nS=x\r\nB=2', place: '^S=(.*)$' },
  env: { format: textFormat('env'), text: 'A=1\nS="x"\nB=2', place: '^S=(.*)$' },
  properties: { format: textFormat('properties'), text: 'A=1\nS=x\nB=2', place: '^S=(.*)$' },
};

/** Printable ASCII with many characters that have a meaning somewhere, and any other text. */
const values = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'\\"\'$`&<>]#;=% \t!{}:u0aå€😀'), minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
);

describe.each(Object.keys(CASES))('%s', (name) => {
  const { format, text, place } = CASES[name] as (typeof CASES)[string];
  const locate = (within: string) => {
    const found = format.locate(within, [place]).get(place);
    if (!found) throw new Error('the place was not located');
    return found;
  };

  it('reads every value again that it writes, and changes nothing around it; or refuses the value', () => {
    fc.assert(
      fc.property(values, (value) => {
        const before = locate(text);
        let encoded: string;
        try {
          encoded = before.encode(value);
        } catch (error) {
          expect(error).toBeInstanceOf(AgentError);
          expect((error as AgentError).message).not.toContain(value.length > 3 ? value : '\u0000');
          return;
        }
        const written = splice(text, new Map([[before, encoded]]));
        const after = locate(written);
        expect(after.value).toBe(value);
        expect(around(written, [after])).toBe(around(text, [before]));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes every secret of letters, digits, - and _', () => {
    fc.assert(
      fc.property(fc.base64String({ minLength: 8, maxLength: 64 }), (base64) => {
        const secret = base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') || 'x';
        expect(locate(splice(text, new Map([[locate(text), locate(text).encode(secret)]]))).value).toBe(secret);
      }),
      { numRuns: 200 },
    );
  });
});
