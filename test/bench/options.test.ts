import { describe, expect, it } from '@jest/globals';
import { HELP, readOptions } from '../../bench/options.ts';
import { LONG, REAL, SECTIONS } from '../../bench/sections/sections.ts';

describe('the options of the bench', () => {
  it('are 20 rounds of everything by default', () => {
    const flags = { json: false, help: false, writeDocs: false, writeBudget: false };
    expect(readOptions([])).toEqual({ ...flags, rounds: 20 });
  });

  it('name one section, and rounds', () => {
    expect(readOptions(['--only', 'outage', '--rounds', '3'])).toMatchObject({ only: 'outage', rounds: 3 });
  });

  it('write a page of what is run alone, with any number of rounds', () => {
    const asked = readOptions(['--only', 'herd', '--write-docs', '--rounds', '1']);
    expect(asked).toMatchObject({ only: 'herd', writeDocs: true });
    expect(readOptions(['--real'])).toMatchObject({ only: 'real', writeDocs: false });
  });

  it.each([
    [
      ['--only', 'speed'],
      '--only speed: must be one of calls, outage, fresh, start-up, wall, fleet, growth, herd, partner, real',
    ],
    [['--rounds', '0'], '--rounds 0: must be a whole number, at least 1'],
    [['--rounds', 'many'], '--rounds many: must be a whole number, at least 1'],
    [['--write-docs', '--only', 'calls'], '--write-docs: needs all sections'],
    [['--write-docs', '--rounds', '19'], '--write-docs: needs all sections, and at least 20 rounds'],
    [['--real', '--only', 'calls'], '--real: is a section of its own; leave --only out'],
    [['--fast'], "Unknown option '--fast'"],
  ])('%j are refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });

  it('are all in the help, and each section is', () => {
    for (const { name, about } of [...SECTIONS, ...LONG, REAL]) expect(HELP).toContain(`${name.padEnd(9)} ${about}`);
    for (const option of ['--only', '--rounds', '--real', '--json', '--write-docs', '--write-budget', '--help']) {
      expect(HELP).toContain(`  ${option}`);
    }
  });
});
