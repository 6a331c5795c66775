import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../infra/context.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../infra/fleet/fleet.ts';
import { CONNECTOR, customer } from '../support/settings.ts';
import { csr, ROOT, start } from './support/csr.ts';

const folder = mkdtempSync(join(tmpdir(), 'csr-fleet-'));
const TOKEN_URL = 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token';

function write(name: string, value: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  return file;
}

/** What synth would say. */
function synthFaults(file: string, context: Record<string, unknown>): readonly string[] {
  try {
    loadFleet(
      file,
      readContext((key) => context[key]),
    );
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
}

const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/\S*\/(?=[\w-]+\.json:)/, ''));

describe('csr fleet check', () => {
  it('finds no fault in the example', async () => {
    const { exit, stdout } = await csr(['fleet', 'check', join(ROOT, 'credentials.example.json')]);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('no faults in 3 credentials')]);
  });

  it('finds the faults that synth finds, all of them, and ends with 1', async () => {
    const broken = customer('acme-prod', {
      'schedule.timezone': 'Mars/X',
      clientId: 'IFS_own',
      'connectors.0.url': 'http://x',
      secret: 'canary',
    });
    const file = write('broken.json', { credentials: [broken, { ...broken, iam: 4 }] });
    const { exit, stdout, json } = await csr(['fleet', 'check', file, '--prefix', 'csr', '--json']);
    const { faults } = json<{ faults: string[] }>();
    expect([exit, bare(faults)]).toEqual([1, bare(synthFaults(file, { prefix: 'csr' }))]);
    expect(faults.length).toBeGreaterThan(6);
    expect(stdout).not.toContain('canary');
  });

  it('takes the context of cdk.json above the file, and that of -c before it', async () => {
    write('cdk.json', { context: { prefix: 'csr', allowedHosts: 'other.example.com' } });
    const file = write('hosts.json', { credentials: [customer('acme-prod')] });
    const above = await csr(['fleet', 'check', file, '--json']);
    const given = await csr([
      'fleet',
      'check',
      file,
      '--json',
      '-c',
      'allowedHosts=*.example.com',
      '-c',
      'logLevel=DEBUG',
    ]);
    const mistyped = await csr([
      'fleet',
      'check',
      file,
      '--json',
      '-c',
      'logLevl=DEBUG',
      '-c',
      'allowedHosts=*.example.com',
    ]);
    write('cdk.json', {});
    expect(above.json<{ faults: string[] }>().faults.join('\n')).toContain("is not among the context's allowedHosts");
    expect([given.exit, given.json()]).toMatchObject([0, { faults: [], credentials: 1 }]);
    expect(mistyped.json<{ faults: string[] }>().faults).toEqual([expect.stringContaining("did you mean 'logLevel'")]);
  });

  it('checks the largest file without the CDK, and tells how long it took', async () => {
    const credentials = Array.from({ length: 150 }, (_, i) => customer(`customer-${i}`));
    const file = write('largest.json', { credentials });
    const began = performance.now();
    const { exit, stdout } = await csr(['fleet', 'check', file, '--prefix', 'csr', '-c', 'allowedHosts=*.example.com']);
    console.info(`csr fleet check of 150 credentials: ${Math.round(performance.now() - began)} ms`);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('no faults in 150 credentials')]);
    expect(importsOf('cli/fleet/check.ts').filter((name) => /aws-cdk|constructs/.test(name))).toEqual([]);
  });

  it('checks a fleet of several files as a whole: a folder, or a pattern', async () => {
    const fleet = mkdtempSync(join(folder, 'several-'));
    const realm = customer('acme-prod', { 'iam.auth.secretId': 'csr-access/shared/iam' });
    writeFileSync(join(fleet, 'acme.json'), JSON.stringify({ credentials: [customer('acme-prod')] }));
    writeFileSync(join(fleet, 'globex.json'), JSON.stringify({ credentials: [customer('globex-prod')] }));
    const good = await csr(['fleet', 'check', fleet, '--prefix', 'csr']);
    expect([good.exit, good.stdout]).toEqual([0, `${fleet}: no faults in 2 credentials of 2 files.\n`]);

    writeFileSync(join(fleet, 'globex.json'), JSON.stringify({ credentials: [realm] }));
    const { exit, json } = await csr(['fleet', 'check', join(fleet, '*.json'), '--prefix', 'csr', '--json']);
    expect([exit, json<{ faults: string[] }>().faults]).toEqual([
      1,
      expect.arrayContaining([
        expect.stringMatching(
          /is already the id of credentials\[0\] in .*acme\.json:1 \(acme-prod, .*globex\.json:1\)/,
        ),
      ]),
    ]);
  });

  it('says that a file does not exist', async () => {
    const { exit, stdout, stderr } = await csr(['fleet', 'check', join(folder, 'absent.json')]);
    expect([exit, stdout, stderr]).toEqual([1, '', expect.stringMatching(/absent\.json does not exist/)]);
    expect(stderr).not.toContain('-c credentials');
  });
});

/** Packages that a source pulls in, itself or by others. */
function importsOf(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const text = readFileSync(join(ROOT, path), 'utf8');
  return [...text.matchAll(/(?:from|import\() ?'([^']+)'/g)].flatMap(([, target = '']) =>
    target.startsWith('.') ? importsOf(join(path, '..', target), seen) : [target],
  );
}

describe('csr fleet add', () => {
  /** A restart of the connector, and one more to take it back. */
  const TIMEOUTS = 'timeouts={"function":"PT4M"}';
  const BY_API = [
    'acme-prod',
    TOKEN_URL,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    CONNECTOR.url,
    '',
    '',
    'no',
    '',
    'Europe/Stockholm',
    '',
  ];

  it('begins a file with one credential, by nothing but what has no default', async () => {
    const file = join(folder, 'new.json');
    const { exit, stdout } = await csr(['fleet', 'add', file], { input: `${BY_API.join('\n')}\n` });
    const steps = [
      `${file}: acme-prod was added. Next:`,
      'csr access set client-secret-rotation-access/acme-prod/iam --form clientSecret',
      'csr access set client-secret-rotation-access/acme-prod/connector --form token',
      `npx cdk deploy --all -c credentials=${file}`,
      'csr rotate acme-prod --wait',
    ];
    expect([exit, stdout]).toEqual([0, `${steps.join('\n  ')}\n`]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      credentials: [
        {
          id: 'acme-prod',
          accessTokenUrl: TOKEN_URL,
          clientId: 'NC_Flow_ClientCredentials',
          iam: {
            adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod',
            auth: { clientId: 'flow-secret-rotator', secretId: 'client-secret-rotation-access/acme-prod/iam' },
          },
          connectors: [
            {
              name: 'IFS Cloud',
              url: CONNECTOR.url,
              auth: { type: 'bearer', secretId: 'client-secret-rotation-access/acme-prod/connector' },
            },
          ],
          schedule: { expression: 'cron(30 3 ? * SUN *)', timezone: 'Europe/Stockholm' },
          tags: { customer: 'acme', environment: 'prod' },
        },
      ],
    });
    expect((await csr(['fleet', 'check', file])).exit).toBe(0);
  });

  it('begins a file of a fleet of several with a stack of its own, and checks it with the others', async () => {
    const fleet = mkdtempSync(join(folder, 'fleet-'));
    writeFileSync(join(fleet, 'globex.json'), JSON.stringify({ credentials: [customer('globex-prod')] }));
    const add = (file: string, id: string) =>
      csr(['fleet', 'add', join(fleet, file), '--prefix', 'csr', '-c', `credentials=${fleet}`], { input: ANSWERS(id) });

    const twice = await add('acme.json', 'globex-prod');
    expect([twice.exit, twice.stderr]).toEqual([
      1,
      expect.stringMatching(/is already the id of credentials\[0\] in .*globex\.json/),
    ]);
    expect(readdirSync(fleet)).toEqual(['globex.json']);

    const { exit, stdout } = await add('acme.json', 'acme-prod');
    expect([exit, stdout]).toEqual([
      0,
      expect.stringContaining(`npx cdk deploy --all -c credentials=${fleet} -c prefix=csr`),
    ]);
    const written = JSON.parse(readFileSync(join(fleet, 'acme.json'), 'utf8'));
    expect([written.stack, written.credentials]).toEqual(['acme', [expect.objectContaining({ id: 'acme-prod' })]]);
  });

  it('adds to a file with comments, and leaves the rest as it is', async () => {
    const text = `{\n  // Customers of the north.\n  "credentials": [\n    ${JSON.stringify(customer('acme-prod'))}, // the first\n  ],\n}\n`;
    const file = write('commented.json', text);
    const answers = [
      'acme-prod',
      'globex-test',
      'nonsense',
      TOKEN_URL.replaceAll('acme', 'globex'),
      '',
      '',
      'no',
      'anna',
      '',
      'agent',
      'host-1',
      '',
      'arn:aws:iam::111122223333:role/host-1',
      'yes',
      'By hand',
      'manual',
      '',
      'no',
      '',
      'UTC',
      'P3D',
    ];
    const { exit, stderr } = await csr(['fleet', 'add', file, '--prefix', 'csr', '-c', TIMEOUTS], {
      input: `${answers.join('\n')}\n`,
    });
    expect([exit, stderr]).toEqual([0, expect.stringMatching(/has a credential of this id[\s\S]*must be https:/)]);
    const written = readFileSync(file, 'utf8');
    const context: Record<string, unknown> = { prefix: 'csr', timeouts: { function: 'PT4M' } };
    expect(written).toContain('// Customers of the north.');
    expect(written).toContain('// the first');
    expect(written).toMatch(/\n {4}\{\n {6}"id": "globex-test",\n/);
    expect(written).toContain('"principalArns"');
    expect(
      loadFleet(
        file,
        readContext((key) => context[key]),
      ).credentials,
    ).toMatchObject([
      { id: 'acme-prod' },
      {
        id: 'globex-test',
        iam: { type: 'manual', owner: 'anna' },
        grace: 'P3D',
        connectors: [{ agent: 'host-1' }, { via: 'manual' }],
      },
    ]);
  });

  it('writes nothing where synth would find a fault', async () => {
    const file = join(folder, 'faulty.json');
    const answers = BY_API.with(15, 'Mars/X');
    const { exit, stderr } = await csr(['fleet', 'add', file], { input: `${answers.join('\n')}\n` });
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/not an IANA time zone[\s\S]*nothing was written/)]);
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes nothing where the answers end too early', async () => {
    const file = join(folder, 'early.json');
    const { exit, stderr } = await csr(['fleet', 'add', file], { input: 'acme-prod\n' });
    expect([exit, stderr, existsSync(file)]).toEqual([
      2,
      expect.stringContaining('stdin ended before this was answered: Access Token URL'),
      false,
    ]);
  });

  const ANSWERS = (id: string) => `${BY_API.with(0, id).join('\n')}\n`;
  const asked = (file: string, id = 'globex-prod') =>
    csr(['fleet', 'add', file, '--prefix', 'csr', '-c', 'allowedHosts=*.example.com'], { input: ANSWERS(id) });

  it.each([
    [
      'has faults already',
      (file: string) => writeFileSync(file, '{ "credentials": [{ "id": "acme-prod" }] }'),
      /has faults already/,
    ],
    ['is not JSON', (file: string) => writeFileSync(file, 'credentials:'), /no list of credentials/],
    [
      'is Latin-1',
      (file: string) => writeFileSync(file, Buffer.from('{ "credentials": [] } // \u00e4', 'latin1')),
      /is not UTF-8/,
    ],
    ['is a folder', (file: string) => mkdirSync(file), /is a folder/],
  ])('asks nothing where the file %s, and leaves it as it is', async (_what, make, words) => {
    const file = join(mkdtempSync(join(folder, 'odd-')), 'fleet.json');
    make(file);
    const before = statSync(file).isFile() ? readFileSync(file) : undefined;
    const { exit, stdout, stderr } = await asked(file);
    expect([exit, stdout, stderr]).toEqual([1, '', expect.stringMatching(words)]);
    expect(stderr).not.toContain('Id of the credential');
    if (before) expect(readFileSync(file)).toEqual(before);
  });

  it('asks nothing where the file could not be written', async () => {
    const { exit, stderr } = await asked(join(folder, 'no-folder/fleet.json'));
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/can be written into the folder .*no-folder \(ENOENT\)/)]);
    expect(stderr).not.toContain('Id of the credential');
  });

  it('leaves a link a link, the mode as it is, the byte order mark and the ends of lines', async () => {
    const inner = mkdtempSync(join(folder, 'linked-'));
    const file = join(inner, 'real.json');
    const text = JSON.stringify({ credentials: [customer('acme-prod')] }, null, 2).replaceAll('\n', '\r\n');
    writeFileSync(file, `\uFEFF${text}\r\n`, { mode: 0o640 });
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    expect(await asked(link)).toMatchObject({ exit: 0 });
    const written = readFileSync(file, 'utf8');
    expect([lstatSync(link).isSymbolicLink(), statSync(file).mode & 0o777]).toEqual([true, 0o640]);
    expect(written.startsWith('\uFEFF{')).toBe(true);
    expect(written.split('\n').filter((line) => line !== '' && !line.endsWith('\r'))).toEqual([]);
    expect(written).toContain('globex-prod');
    expect(readdirSync(inner)).toEqual(['real.json']);
  });

  it('shows the entry that could not be written: no answer is lost', async () => {
    const file = join(folder, 'kept.json');
    const input = `${BY_API.with(15, 'Mars/X').join('\n')}\n`;
    const { exit, stderr, json } = await csr(['fleet', 'add', file, '--json'], { input });
    expect([exit, json()]).toMatchObject([1, { credential: { id: 'acme-prod', schedule: { timezone: 'Mars/X' } } }]);
    expect(stderr).toContain('"accessTokenUrl"');
  });

  it('writes nothing over what somebody else has written meanwhile', async () => {
    const file = join(folder, 'raced.json');
    const child = start(['fleet', 'add', file, '--prefix', 'csr', '-c', 'allowedHosts=*.example.com']);
    const ended = Promise.all([text(child.stderr), once(child, 'exit')]);
    await once(child.stderr, 'readable');
    writeFileSync(file, '{ "credentials": [] }');
    child.stdin.end(ANSWERS('acme-prod'));
    const [stderr, [exit]] = await ended;
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/was changed meanwhile[\s\S]*nothing was written/)]);
    expect(readFileSync(file, 'utf8')).toBe('{ "credentials": [] }');
  });

  it('writes nothing when it is left', async () => {
    const file = join(folder, 'left.json');
    const child = start(['fleet', 'add', file]);
    const ended = Promise.all([text(child.stderr), once(child, 'exit')]);
    await once(child.stderr, 'readable');
    child.kill('SIGINT');
    const [stderr, [exit]] = await ended;
    expect([exit, stderr, existsSync(file)]).toEqual([2, expect.stringContaining('nothing was written'), false]);
  });
});
