import { describe, expect, it } from '@jest/globals';
import { faultsOf, MAY_IMPORT, sourcesOfFunctions } from './support/house.ts';

const sources = sourcesOfFunctions();

/** The faults of `functions/` with some files added or replaced. */
const faultsWith = (changes: Readonly<Record<string, string>>) =>
  faultsOf(new Map([...sources, ...Object.entries(changes)]));

describe('functions/', () => {
  it('keeps the layout that CONTRIBUTING describes', () => {
    expect(faultsOf(sources)).toEqual([]);
  });

  it('has no folder without a rule, and no rule without a folder', () => {
    const folders = [...sources.keys()].filter((path) => path.split('/').length > 2).map((path) => path.split('/')[1]);

    expect([...new Set(folders), 'entries'].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });
});

describe('the check of the layout', () => {
  it.each([
    ['functions/credential/x.ts', "import { a } from '../ports/iam.ts';", 'credential may not import ports'],
    ['functions/ports/x.ts', "import type { A } from '../rotation/workflow.ts';", 'ports may not import rotation'],
    ['functions/ports/x.ts', "export * from '../adapters/http/fetch.ts';", 'ports may not import adapters'],
    [
      'functions/rotation/x.ts',
      "const a = await import('../adapters/http/fetch.ts');",
      'rotation may not import adapters',
    ],
    [
      'functions/adapters/http/x.ts',
      "type A = import('../../rotation/workflow.ts').Run;",
      'adapters may not import rotation',
    ],
    ['functions/api/x.ts', 'import { a } from "../lambda/compose/runs.ts";', 'api may not import lambda'],
    ['functions/lambda/x.ts', "import { a } from '../api/problem.ts';", 'lambda may not import api'],
    ['functions/api/x.ts', "import type { A } from '../rotate.ts';", 'api may not import entries'],
    ['functions/x.ts', "import { handler } from './rotate.ts';", 'entries may not import entries'],
    ['functions/other/x.ts', "import { a } from '../credential/errors.ts';", 'other may not import credential'],
    ['functions/lambda/x.ts', "import { a } from '../../infra/service/names.ts';", 'which is no file of functions/'],
  ])('finds a forbidden import in %s: %s', (path, text, fault) => {
    expect(faultsWith({ [path]: text })[0]).toContain(fault);
  });

  it('finds a circle of files, also of types', () => {
    const circle = {
      'functions/adapters/circle/x.ts': "import type { Y } from './y.ts';",
      'functions/adapters/circle/y.ts': "import type { Z } from './z.ts';",
      'functions/adapters/circle/z.ts': "import { x } from './x.ts';",
    };

    expect(faultsWith(circle)).toEqual([
      'files import each other: functions/adapters/circle/x.ts → functions/adapters/circle/y.ts → functions/adapters/circle/z.ts → functions/adapters/circle/x.ts',
    ]);
  });

  it('finds a circle of folders that is none of files', () => {
    const circle = {
      'functions/adapters/one/x.ts': "import { y } from '../two/y.ts';",
      'functions/adapters/two/z.ts': "import { w } from '../one/w.ts';",
      'functions/adapters/two/y.ts': '',
      'functions/adapters/one/w.ts': '',
    };

    expect(faultsWith(circle)).toEqual([
      'folders import each other: functions/adapters/one → functions/adapters/two → functions/adapters/one',
    ]);
  });

  it('finds a folder with an eleventh file', () => {
    const names = Array.from({ length: 11 }, (_, index) => [`functions/adapters/many/x${index}.ts`, ''] as const);

    expect(faultsWith(Object.fromEntries(names.slice(1)))).toEqual([]);
    expect(faultsWith(Object.fromEntries(names))).toEqual([
      'functions/adapters/many holds 11 files, and at most 10 are allowed',
    ]);
  });

  it('finds a file that is too long', () => {
    expect(faultsWith({ 'functions/lambda/x.ts': '//\n'.repeat(300) })).toEqual([]);
    expect(faultsWith({ 'functions/lambda/x.ts': '//\n'.repeat(301) })).toEqual([
      'functions/lambda/x.ts has 301 lines, and at most 300 are allowed',
    ]);
  });
});
