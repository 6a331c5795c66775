import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { STATUSES } from '../functions/api/contract/statuses.ts';
import { ERRORS, type ErrorCode } from '../functions/credential/errors.ts';
import { OUTCOMES } from '../functions/credential/outcome.ts';
import { secretFingerprint } from '../functions/credential/secret/fingerprint.ts';
import { Secret } from '../functions/credential/secret/secret.ts';
import { STATES } from '../functions/rotation/observe/states.ts';
import { fleetSchema } from '../infra/fleet/schema.ts';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = [ROOT, resolve(ROOT, 'docs')]
  .flatMap((folder) => readdirSync(folder).map((name) => resolve(folder, name)))
  .filter((path) => path.endsWith('.md'))
  .map((path) => relative(ROOT, path));

const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

/** The rows of all tables of a page, cells as plain text: no rule, no code marks. */
function rowsOf(page: string): string[][] {
  return read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

/** The code blocks of a page in one language. */
function blocksOf(page: string, language: string): string[] {
  return [...read(page).matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text ?? '');
}

/** Headings as the addresses that GitHub makes of them. */
function anchorsOf(page: string): string[] {
  const headings = read(page).match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the state table in docs/architecture.md', () => {
  it("has exactly the states of the code's, word for word", () => {
    const documented = rowsOf('docs/architecture.md').filter(([number = '']) => /^\d+$/.test(number));

    const expected = Object.entries(STATES).map(([name, state]) => [
      String(state.number),
      name,
      state.labels,
      state.iam,
      state.meaning,
      state.next,
    ]);
    expect(documented).toEqual(expected);
  });
});

describe('the error table in docs/api.md', () => {
  it('tells of every code its status, title, whether a retry helps, and what to do', () => {
    const documented = rowsOf('docs/api.md').filter((cells) => cells.length === 5 && cells[0] !== 'code');

    const expected = Object.entries(ERRORS).map(([code, { title, retryable, next }]) => [
      code,
      String(STATUSES[code as ErrorCode]),
      title,
      retryable ? 'yes' : 'no',
      next,
    ]);
    expect(documented).toEqual(expected);
  });
});

describe('the outcomes', () => {
  it.each(['README.md', 'docs/operations.md'])('are all in a table of %s, in order, and no others', (page) => {
    const names = Object.keys(OUTCOMES);
    const rows = rowsOf(page).map(([first = '']) => first);

    const from = rows.indexOf('outcome');
    expect(rows.slice(from + 1, from + 1 + names.length)).toEqual(names);
    expect(rowsOf(page)[from + 1 + names.length]?.length).not.toBe(rowsOf(page)[from]?.length);
  });
});

describe('every page', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);

  it.each(PAGES)('%s names only npm scripts that exist', (page) => {
    const commands = [...read(page).matchAll(/npm (?:run (?:--silent |-s )?([a-z][\w:-]*)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );

    expect(commands.filter((script) => !scripts.includes(script))).toEqual([]);
  });

  it.each(PAGES)('%s has no link that leads nowhere', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const relatives = targets.filter((target) => !/^[a-z]+:/.test(target));

    expect(relatives.filter((target) => !resolves(page, target))).toEqual([]);
  });

  it.each(PAGES)('%s has JSON examples that are JSON', (page) => {
    for (const block of blocksOf(page, 'json')) expect(() => JSON.parse(block)).not.toThrow();
  });
});

function resolves(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
  try {
    read(file);
  } catch {
    return false;
  }
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

describe('the file names in the documentation', () => {
  const folders = ['agent', 'bench', 'cli', 'functions', 'infra', 'laboratory', 'local', 'test', 'docs'];
  const paths = folders.flatMap((folder) =>
    readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => `/${folder}/${path}`),
  );

  it.each(PAGES.filter((page) => page !== 'CHANGELOG.md'))('of %s are those of files and folders', (page) => {
    const names = [
      ...read(page).matchAll(
        /`([\w./-]+\.(?:ts|cjs)|(?:agent|bench|cli|functions|infra|laboratory|local|test)\/[\w./-]*)`/g,
      ),
    ]
      .map(([, name = '']) => name.replace(/\/$/, ''))
      .filter((name) => !name.startsWith('.'));

    expect(names.filter((name) => !paths.some((path) => path.endsWith(`/${name}`)))).toEqual([]);
  });
});

describe('the fleet file in README.md', () => {
  const [example = ''] = blocksOf('README.md', 'json');

  it('is accepted', () => {
    const result = fleetSchema({ prefix: 'client-secret-rotation', local: false }).safeParse(JSON.parse(example));

    expect(result.error).toBeUndefined();
  });

  it('is the first credential of credentials.example.json', () => {
    const [first] = JSON.parse(read('credentials.example.json')).credentials;

    expect(JSON.parse(example).credentials).toEqual([first]);
  });
});

describe('docs/connector.md', () => {
  it('shows the fingerprint of the secret that it names', () => {
    expect(read('docs/connector.md')).toContain(
      `"clientSecretFingerprint": "${secretFingerprint(new Secret('the-secret'))}"`,
    );
  });
});
