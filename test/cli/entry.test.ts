import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProgram } from '../../cli/program.ts';
import { csr, ROOT } from './support/csr.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
/** Every command, `access set` and the like included. */
const COMMANDS = createProgram(() => async () => {}).commands.flatMap((command) =>
  command.commands.length === 0
    ? [command.name()]
    : command.commands.map((below) => `${command.name()} ${below.name()}`),
);

describe('csr', () => {
  it('has these commands', () => {
    expect(COMMANDS).toEqual([
      'plan',
      'rotate',
      'revoke',
      'rollback',
      'status',
      'list',
      'history',
      'report',
      'pause',
      'resume',
      'submit',
      'reveal',
      'ack',
      'access set',
      'iam prepare',
      'iam verify',
      'iam undo',
      'iam jwk',
      'fleet check',
      'fleet add',
      'fleet import',
      'doctor',
      'console',
      'completion',
    ]);
  });

  it.each(COMMANDS)('%s --help: shows how it is used, with examples', async (command) => {
    const { exit, stdout, stderr } = await csr([...command.split(' '), '--help']);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: csr ${command} `);
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}.*csr ${command}`));
  });

  it('--version: is that of the package', async () => {
    expect(await csr(['--version'])).toMatchObject({ exit: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [[]],
    [['unknown']],
    [['rotate']],
    [['rotate', 'acme-prod', '--unknown']],
    [['rotate', 'acme-prod', 'another']],
    [['rotate', 'Not-An-Id']],
    [['history', 'acme-prod', '--limit', '0']],
    [['completion', 'tcsh']],
  ])('ends with 2 when it is called with %j', async (args) => {
    expect(await csr(args)).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringMatching(/./) });
  });

  it('repeats no value that it refuses, and tells the fault as JSON too', async () => {
    const { exit, stdout, stderr, json } = await csr(['rotate', 'canary-Secret=', '--json']);
    expect([exit, json()]).toEqual([2, { error: { what: expect.stringContaining('invalid') } }]);
    expect(stdout + stderr).not.toContain('canary');
  });

  it('says which Node it needs, on an older one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'csr-old-'));
    const stub = join(folder, 'old.cjs');
    writeFileSync(
      stub,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } }); Object.defineProperty(process, 'version', { value: 'v20.20.2' });",
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', stub, join(ROOT, 'cli/csr.cjs'), 'list'],
      { encoding: 'utf8' },
    );
    rmSync(folder, { recursive: true });
    expect([status, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^csr needs Node 24 or later, and here is v20\.20\.2: .*\n$/),
    ]);
  });
});

describe('completion', () => {
  it.each([
    ['csr ro', ['rotate', 'rollback']],
    ['csr rotate --wa', ['--wait']],
    ['csr rotate acme-prod --le', ['--leave-behind']],
    ['csr access ', ['set']],
    ['csr --json fleet a', ['add']],
    ['csr status --pre', ['--prefix']],
  ])('bash: completes "%s"', async (line, expected) => {
    const { stdout } = await csr(['completion', 'bash']);
    const typed = line.split(' ');
    const script = `${stdout}\nCOMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length - 1}; _csr; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout: said, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(
      said
        .trim()
        .split('\n')
        .filter((word) => word !== '--help' && word !== '--json')
        .filter((word) => expected.includes(word)),
    ).toEqual(expected);
    expect(
      said
        .trim()
        .split('\n')
        .every((word) => word.startsWith(typed.at(-1) ?? '')),
    ).toBe(true);
  });

  it.each(['zsh', 'fish'])('%s: names every command', async (shell) => {
    const { exit, stdout } = await csr(['completion', shell]);
    expect(exit).toBe(0);
    for (const command of COMMANDS) for (const word of command.split(' ')) expect(stdout).toContain(word);
    // Where the shell is installed, it reads the script.
    const { error, status } = spawnSync(shell, ['-n'], { input: stdout });
    if (error === undefined) expect(status).toBe(0);
  });
});

describe('the packed command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-packed-'));
  const binary = join(folder, 'node_modules/client-secret-rotation/cli/csr.cjs');
  let files: string[];
  beforeAll(() => {
    // `npm pack` bundles first. The checkout's own dist is left alone.
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const env = {
      ...process.env,
      PATH,
      npm_config_offline: 'true',
      npm_config_loglevel: 'error',
      npm_config_cache: join(folder, 'cache'),
    };
    execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, env, stdio: 'pipe' });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    files = execFileSync('tar', ['tzf', join(folder, tarball)], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const home = dirname(dirname(binary));
    mkdirSync(home, { recursive: true });
    execFileSync('tar', ['xzf', join(folder, tarball), '-C', home, '--strip-components=1']);
    mkdirSync(join(folder, 'node_modules/.bin'));
    symlinkSync(binary, join(folder, 'node_modules/.bin/csr'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the entry and the bundle, and no sources', () => {
    expect(files.sort()).toEqual(
      ['LICENSE', 'README.md', 'cli/csr.cjs', 'dist/csr.mjs', 'package.json'].map((name) => `package/${name}`),
    );
  });

  it('runs where nothing else is installed', async () => {
    expect(await csr(['--version'], { binary, cwd: folder })).toMatchObject({ exit: 0, stdout: `${version}\n` });
    const link = join(folder, 'node_modules/.bin/csr');
    expect(await csr(['--help'], { binary: link, cwd: folder })).toMatchObject({ exit: 0, stderr: '' });
  });

  it('is found by npx, here and in a checkout', () => {
    const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
    const env = { PATH, HOME: folder, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
    for (const cwd of [folder, ROOT]) {
      const { status, stdout } = spawnSync('npx', ['csr', '--version'], { cwd, env, encoding: 'utf8' });
      expect([cwd, status, stdout]).toEqual([cwd, 0, `${version}\n`]);
    }
  });

  it('doctor: says how to sign in where nobody has, and looks no further', async () => {
    const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    const { exit, stderr, json } = await csr(['doctor', '--json'], { binary, cwd: folder, env });
    const { findings } = json<{ findings: object[] }>();
    expect([exit, stderr]).toEqual([1, '']);
    expect(findings).toMatchObject([
      { check: 'AWS credentials', result: 'wrong', next: expect.stringContaining('aws sso login') },
      { check: 'region', result: 'ok' },
      { check: 'stack', result: 'not checked' },
      { check: 'API', result: 'not checked' },
    ]);
  });

  it('checks a fleet, and reaches for AWS', async () => {
    const check = await csr(['fleet', 'check', join(ROOT, 'credentials.example.json')], { binary, cwd: folder });
    expect(check).toMatchObject({ exit: 0, stdout: expect.stringContaining('no faults in 3 credentials') });
    const env = { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    const list = await csr(['list'], { binary, cwd: folder, env });
    expect(list).toMatchObject({ exit: 1, stderr: expect.stringContaining('AWS did not describe the stack') });
  });
});
