import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './support/csr.ts';

const files = readdirSync(join(ROOT, 'cli'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Import {
  readonly target: string;
  readonly isType: boolean;
}

function importsOf(path: string): Import[] {
  const text = textOf(path);
  const fixed = [...text.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)'/gm)];
  const late = [...text.matchAll(/[^\w](type )?import\('([^']+)'\)/g)];
  return [...fixed, ...late].map(([, type, name = '']) => ({
    target: name.startsWith('.') ? posix.join(posix.dirname(path), name) : name,
    isType: type !== undefined,
  }));
}

/** Everything that a source pulls in at run time. */
function reach(path: string, seen = new Set<string>()): Set<string> {
  for (const { target, isType } of importsOf(path)) {
    if (isType || seen.has(target)) continue;
    seen.add(target);
    if (target.endsWith('.ts')) reach(target, seen);
  }
  return seen;
}

describe('cli/', () => {
  const others = (of: (path: string) => boolean) =>
    new Set(
      files
        .filter((path) => /\.tsx?$/.test(path) && of(path))
        .flatMap(importsOf)
        .filter(({ target, isType }) => target.startsWith('functions/') && !isType)
        .map(({ target }) => target)
        .filter((target) => !target.startsWith('functions/credential/')),
    );
  const isOfIam = (path: string) => path.startsWith('cli/iam/') || path.startsWith('cli/commands/iam');

  it('imports of functions/ the vocabulary, the form of access secrets, and types', () => {
    expect([...others((path) => !isOfIam(path))]).toEqual(['functions/adapters/secrets-manager/access-secrets.ts']);
  });

  it('calls an IAM with the adapters of the functions, and nothing else of them', () => {
    const adapters = /^functions\/adapters\/(keycloak|http|kms|secrets-manager)\//;
    expect([...others(isOfIam)].filter((target) => !adapters.test(target))).toEqual([]);
  });

  it('never reaches the CDK', () => {
    const reached = [...reach('cli/main.ts')];
    expect(reached).toContain('infra/fleet/fleet.ts');
    expect(reached.filter((target) => /^(aws-cdk-lib|constructs|cdk-nag)/.test(target))).toEqual([]);
  });

  it('has no file of more than 200 lines', () => {
    expect(files.filter((path) => textOf(path).split('\n').length > 201)).toEqual([]);
  });
});
