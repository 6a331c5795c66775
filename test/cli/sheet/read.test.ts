import { describe, expect, it } from '@jest/globals';
import { CliError } from '../../../cli/errors.ts';
import { type Form, readSheet } from '../../../cli/sheet/read.ts';

const FORM: Form<'tokenUrl' | 'note'> = {
  name: 'a test',
  columns: { tokenUrl: { title: 'Token URL', also: ['endpoint'] }, note: { title: 'Note' } },
};
const read = (text: string) => readSheet(text, FORM);
const cellsOf = (text: string) => read(text).rows.map(({ row, cells }) => [row, Object.fromEntries(cells)]);

describe('a sheet', () => {
  it.each([
    ['commas', 'Token URL,Note\nu,n\n'],
    ['semicolons, as Excel writes them in Europe', 'Token URL;Note\r\nu;n\r\n'],
    ['tabs', 'Token URL\tNote\nu\tn\n'],
    ['a byte order mark', '\uFEFFToken URL;Note\nu;n\n'],
    ['quotes', '"Token URL","Note"\n"u","n"\n'],
    ['no line break at the end', 'Token URL,Note\nu,n'],
    ['titles in other cases, with underscores and hyphens', 'TOKEN_URL,note\nu,n\n'],
    ['other names of a column', 'End-Point,Note\nu,n\n'],
    ['blanks around cells', ' Token URL , Note\n u , n \n'],
  ])('may have %s', (_what, text) => {
    expect(read(text).faults).toEqual([]);
    expect(cellsOf(text)).toEqual([[2, { tokenUrl: 'u', note: 'n' }]]);
  });

  it('keeps separators, quotes and line breaks within quotes', () => {
    expect(cellsOf('Token URL;Note\nu;"a;b, ""c""\nd"\n')).toEqual([[2, { tokenUrl: 'u', note: 'a;b, "c"\nd' }]]);
  });

  it('numbers rows as a spreadsheet does, empty ones included', () => {
    const text = 'Token URL,Note\n\nu,\n,\n   ,\n,"two\nlines"\nlast,\n';
    expect(cellsOf(text)).toEqual([
      [3, { tokenUrl: 'u' }],
      [6, { note: 'two\nlines' }],
      [7, { tokenUrl: 'last' }],
    ]);
  });

  it('tells every column that it does not know, with what may have been meant, and one that is there twice', () => {
    expect(read('Tokn URL,Note,Phone,note,\na,b,c,d,\n').faults).toEqual([
      { row: 1, column: 'Tokn URL', fault: "is no column of a test; did you mean 'Token URL'?" },
      { row: 1, column: 'Phone', fault: 'is no column of a test; take it out of the sheet' },
      { row: 1, column: 'note', fault: 'is there twice' },
    ]);
  });

  it('tells a row with more cells than there are titles', () => {
    expect(read('Token URL,Note\nu,n,,\nu,n,x\n').faults).toEqual([
      { row: 3, column: '', fault: expect.stringContaining('more cells than the header') },
    ]);
  });

  it.each([
    ['is empty', ''],
    ['has no title that is known', 'canary-a,canary-b\n'],
    ['has a quote that is never closed', 'Token URL,Note\nu,"canary-n\n'],
    ['has something behind a quote', 'Token URL,Note\nu,"canary"-n\n'],
  ])('is refused where it %s, and nothing of it is repeated', (_what, text) => {
    const failure = () => read(text);
    expect(failure).toThrow(CliError);
    expect(failure).not.toThrow(/canary/);
  });
});
