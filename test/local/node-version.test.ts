import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const GUARD = 'local/node-version.cjs';

interface Found {
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  readonly installed: boolean;
}

const { obstacle } = createRequire(import.meta.url)(resolve(ROOT, GUARD)) as {
  obstacle: (found: Found) => string | undefined;
};
const HERE: Found = { version: 'v24.0.0', platform: 'linux', arch: 'x64', installed: true };

describe('what keeps the project from running', () => {
  it.each(['v24.0.0', 'v24.21.0', 'v26.1.0'])('is nothing with Node %s', (version) => {
    expect(obstacle({ ...HERE, version })).toBeUndefined();
  });

  it.each(['v6.17.1', 'v20.20.2', 'v23.11.0'])('is Node %s, which npm ci replaces on Linux x64', (version) => {
    expect(obstacle({ ...HERE, version, installed: false })).toBe(
      `This needs Node 24 or later, and here is ${version}: run "npm ci", without --omit=optional, which brings it along.`,
    );
  });

  it.each([
    ['darwin', 'arm64'],
    ['linux', 'arm64'],
    ['win32', 'x64'],
  ])('is an older Node, which has to be installed on %s %s', (platform, arch) => {
    expect(obstacle({ ...HERE, version: 'v22.1.0', platform, arch })).toBe(
      `This needs Node 24 or later, and here is v22.1.0: for ${platform} on ${arch}, install it from https://nodejs.org, then run "npm ci".`,
    );
  });

  it('is that nothing is installed', () => {
    expect(obstacle({ ...HERE, installed: false })).toBe(
      'Dependencies are missing, or older than this version of the project: run "npm ci".',
    );
  });
});

describe('the guard', () => {
  const guard = (file: string) => spawnSync(process.execPath, [file], { encoding: 'utf8' });

  it('says nothing where everything is installed', () => {
    expect(guard(resolve(ROOT, GUARD))).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 and its sentence where a package is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'client-secret-rotation-guard-'));
    try {
      mkdirSync(join(folder, 'local'));
      mkdirSync(join(folder, 'node_modules', 'one'), { recursive: true });
      const dependencies = { one: '1.0.0' };
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({ dependencies, devDependencies: { '@a/two': '1.0.0' } }),
      );
      const file = join(folder, GUARD);
      copyFileSync(resolve(ROOT, GUARD), file);
      expect(guard(file)).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/^Dependencies are .*\n$/),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the scripts', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  it('look at the version before Node meets what an older one can not read', () => {
    const needing = Object.entries(scripts).filter(([, script]) =>
      /node (?!local\/node-version)|^cdk|&& cdk/.test(script),
    );
    expect(needing.length).toBeGreaterThan(8);
    expect(needing.filter(([, script]) => !script.startsWith(`node ${GUARD} && `))).toEqual([]);
  });

  // The CDK's own command line runs on older versions, and starts the app with whatever node is found.
  it('need not be what starts the CDK: its app looks at the version itself', () => {
    const { app } = JSON.parse(readFileSync(resolve(ROOT, 'cdk.json'), 'utf8')) as { app: string };
    const stub = join(mkdtempSync(join(tmpdir(), 'client-secret-rotation-old-')), 'old.cjs');
    writeFileSync(stub, "Object.defineProperty(process, 'version', { value: 'v20.20.2' });");
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH, NODE_OPTIONS: `--require ${stub}` };
    const { status, stdout, stderr } = spawnSync(app, { cwd: ROOT, env, shell: true, encoding: 'utf8' });
    rmSync(dirname(stub), { recursive: true });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^This needs Node 24 or later, and here is v20\.20\.2: .*\n$/);
  });
});
