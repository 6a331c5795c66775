import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { missingFor, unpacker } from '../../../../local/real-stack/programs/prerequisites.ts';

describe('missingFor', () => {
  let bin: string;

  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), 'prerequisites-test-'));
  });

  afterEach(() => rm(bin, { recursive: true }));

  /** Puts a program on the otherwise empty PATH. */
  async function install(name: string, script: string): Promise<void> {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }

  const installJava = (version: string) => install('java', `echo 'openjdk version "${version}"' >&2`);

  it('names everything that Keycloak lacks', () => {
    expect(missingFor('keycloak', { PATH: bin })).toBe(
      'Java 17 or later and Maven (mvn) and unzip, jar or python3 are not on PATH',
    );
  });

  it('refuses a Java that is too old for Keycloak', async () => {
    await installJava('11.0.20');
    await install('mvn', 'exit 0');
    await install('unzip', 'exit 0');
    expect(missingFor('keycloak', { PATH: bin })).toBe('Java 17 or later is not on PATH');
  });

  it('finds nothing missing for Keycloak with Java 17, Maven and something that unpacks', async () => {
    await installJava('17.0.15');
    await install('mvn', 'exit 0');
    await install('jar', 'exit 0');
    expect(missingFor('keycloak', { PATH: bin })).toBeUndefined();
    expect(unpacker({ PATH: bin })?.('a.zip')).toEqual(['jar', 'xf', 'a.zip']);
  });

  it('names a Python without venv for MiniStack', async () => {
    await install('python3', '[ "$1" = --version ]');
    expect(missingFor('ministack', { PATH: bin })).toMatch(/^Python's venv module is missing; install it/);
  });

  it('names a missing Python, and finds nothing missing with a whole one', async () => {
    expect(missingFor('ministack', { PATH: bin })).toBe('Python 3 (python3) is not on PATH');
    await install('python3', 'exit 0');
    expect(missingFor('ministack', { PATH: bin })).toBeUndefined();
  });
});
