import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { CREDENTIALS } from '../../cli/fleet/import/columns.ts';
import { readSheet } from '../../cli/sheet/read.ts';
import { customer } from '../support/settings.ts';
import { csr, ROOT } from './support/csr.ts';

const folder = mkdtempSync(join(tmpdir(), 'csr-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = 'Customer;Environment;Base URL;Realm;Client ID;Connector;Connector URL;Schedule;Time zone;Grace;Tags';
const ACME =
  'acme;prod;https://acme.example.com;acmeprod;NC_Flow_OData;IFS Cloud;https://flow.example.com/acme;cron(0 3 ? * SUN *);Europe/Stockholm;PT24H;owner=anna';
const GLOBEX =
  'Globex AB;Test;https://globex.example.com/auth/;globextest;NC_Flow_OData;;https://flow.example.com/globex;;;;';

const DOMAIN = ['-c', 'allowedHosts=*.example.com'];

let files = 0;
/** A folder of its own with a sheet, and a fleet file where there is one. */
function prepared(rows: readonly string[], fleet?: string) {
  const at = join(folder, String(files++));
  const [sheet, file] = [`${at}.csv`, `${at}.json`];
  writeFileSync(sheet, `\uFEFF${rows.join('\r\n')}\r\n`);
  if (fleet !== undefined) writeFileSync(file, fleet);
  const run = (...more: string[]) => csr(['fleet', 'import', sheet, '--into', file, ...more]);
  const credentials = () => (JSON.parse(readFileSync(file, 'utf8')) as { credentials: object[] }).credentials;
  return { sheet, file, run, credentials, text: () => readFileSync(file, 'utf8') };
}

const changesIn = (json: unknown) =>
  (json as { credentials: { id: string; changes: object[] }[] }).credentials.map(({ id, changes }) => [id, changes]);

describe('csr fleet import', () => {
  it('begins a fleet file, with the defaults that fleet add proposes', async () => {
    const { file, run, credentials } = prepared([HEAD, ACME, '', GLOBEX, ';;;;;;;;;;']);
    const { exit, stdout } = await run();
    expect([exit, stdout]).toEqual([
      0,
      expect.stringMatching(/^ROW +CREDENTIAL +WHAT +CHANGES\n2 +acme-prod +added\n4 +globex-ab-test +added\n\n/),
    ]);
    expect(stdout).toContain(`${file}: 2 added, 0 changed, 0 unchanged.\n`);
    expect(credentials()).toEqual([
      {
        id: 'acme-prod',
        accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
        clientId: 'NC_Flow_OData',
        iam: {
          adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod',
          auth: { clientId: 'flow-secret-rotator', secretId: 'client-secret-rotation-access/acme-prod/iam' },
        },
        connectors: [
          {
            name: 'IFS Cloud',
            url: 'https://flow.example.com/acme',
            auth: { type: 'bearer', secretId: 'client-secret-rotation-access/acme-prod/connector' },
          },
        ],
        schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'Europe/Stockholm' },
        grace: 'PT24H',
        tags: { customer: 'acme', environment: 'prod', owner: 'anna' },
      },
      expect.objectContaining({
        id: 'globex-ab-test',
        accessTokenUrl: 'https://globex.example.com/auth/realms/globextest/protocol/openid-connect/token',
        schedule: { expression: 'cron(30 3 ? * SUN *)' },
        tags: { customer: 'Globex AB', environment: 'Test' },
      }),
    ]);
    expect((await csr(['fleet', 'check', file])).exit).toBe(0);
  });

  it('changes nothing the second time', async () => {
    const { run, text } = prepared([HEAD, ACME, GLOBEX]);
    await run();
    const before = text();
    const { exit, json } = await run('--json');
    expect([exit, json()]).toMatchObject([0, { added: 0, changed: 0, unchanged: 2 }]);
    expect(text()).toBe(before);
  });

  it('changes what a row says, and keeps comments, the rest of the credential and the others', async () => {
    const acme = JSON.stringify(
      customer('acme-prod', { clientId: 'NC_Flow_OData', grace: 'PT1H', scope: 'openid' }),
      null,
      4,
    );
    const other = JSON.stringify(customer('other-prod'));
    const commented = acme.replace('"grace"', '// agreed with Anna\n    "grace"');
    const fleet = `{\n  // Customers of the north.\n  "credentials": [\n    ${commented}, // the first\n    ${other},\n  ],\n}\n`;
    const { run, text } = prepared(
      ['ID;Grace;Time zone;tag:cost center', 'acme-prod;pt2h;UTC;4711', 'other-prod;;;'],
      fleet,
    );
    const args = ['--prefix', 'csr', ...DOMAIN, '--json'];
    const { exit, json, stderr } = await run(...args);
    expect([exit, stderr.replaceAll(/^warning: .*\n/gm, '')]).toEqual([0, '']);
    expect(changesIn(json())).toEqual([
      [
        'acme-prod',
        [
          { path: ['schedule', 'timezone'], after: 'UTC' },
          { path: ['grace'], before: 'PT1H', after: 'PT2H' },
          { path: ['tags'], after: { 'cost center': '4711' } },
        ],
      ],
      ['other-prod', []],
    ]);
    const expected = [
      '// Customers of the north.',
      '// agreed with Anna\n    "grace": "PT2H"',
      '// the first',
      `${other},\n  ],`,
    ];
    for (const part of expected) expect(text()).toContain(part);
    expect((await run(...args)).json()).toMatchObject({ changed: 0, unchanged: 2 });
  });

  it('takes a further row of a credential for another connector, and refuses one that says something else', async () => {
    const second = 'acme;prod;;;;IFS Warehouse;https://flow.example.com/warehouse;;;;';
    const { run, credentials } = prepared([HEAD, ACME, second]);
    expect((await run()).exit).toBe(0);
    expect(credentials()).toMatchObject([{ connectors: [{ name: 'IFS Cloud' }, { name: 'IFS Warehouse' }] }]);
    const third = prepared([HEAD, ACME, second.replace('prod;;', 'prod;https://other.example.com;acmeprod')]);
    const { exit, json } = await third.run('--json');
    expect([exit, json()]).toMatchObject([
      1,
      { faults: [{ row: 3, fault: 'is not what row 2 says of the same credential' }] },
    ]);
  });

  it('tells all faults of all rows in one table with row and column, and writes nothing', async () => {
    const rows = [
      HEAD.replace('Tags', 'Tags;Connector door'),
      `${ACME.replace('Europe/Stockholm', 'Mars/X').replace('PT24H', 'soon')};`,
      `${GLOBEX.replace('globextest', 'globex test')};pigeon`,
      `;;https://a.example.com;a;;;;;;;;`,
      `${ACME.replace('acme;', 'initech;')};`,
    ];
    const { file, run } = prepared(rows);
    const { exit, stdout, stderr } = await run();
    expect([exit, stdout, existsSync(file)]).toEqual([1, '', false]);
    const table = /\nROW[\s\S]*?(?=\n {2}state)/.exec(stderr)?.[0].split('\n').slice(2) ?? [];
    expect(table.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['2', 'Grace'],
      ['2', 'Time zone'],
      ['3', 'Realm'],
      ['3', 'Connector door'],
      ['4', 'ID'],
      ['4', 'Connector URL'],
      ['5', 'Client ID'],
    ]);
    expect(stderr).toMatch(/not an IANA time zone[\s\S]*nothing was written[\s\S]*--skip-faulty/);
  });

  it('--skip-faulty: writes the other rows, and ends with 3', async () => {
    const { run, credentials } = prepared([HEAD, ACME.replace('Europe/Stockholm', 'Mars/X'), GLOBEX]);
    const { exit, stdout } = await run('--skip-faulty');
    expect([exit, stdout]).toEqual([
      3,
      expect.stringMatching(/2 +Time zone +'Mars\/X'[\s\S]*1 added, .*; 1 row left out/),
    ]);
    expect(credentials()).toMatchObject([{ id: 'globex-ab-test' }]);
  });

  it('--dry-run: shows what it would write, and writes nothing', async () => {
    const { file, run } = prepared([HEAD, ACME]);
    const { exit, stdout } = await run('--dry-run');
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/acme-prod +added[\s\S]*Nothing was written/)]);
    expect(existsSync(file)).toBe(false);
  });

  it('takes a file of a fleet of several: its own stack, and nothing that another file has', async () => {
    const fleet = mkdtempSync(join(folder, 'fleet-'));
    writeFileSync(join(fleet, 'globex.json'), JSON.stringify({ credentials: [customer('globex-prod')] }));
    const { sheet } = prepared([HEAD, ACME]);
    const OURS = ['--prefix', 'csr', ...DOMAIN];
    const into = (name: string, from: string, ...more: string[]) =>
      csr(['fleet', 'import', from, '--into', join(fleet, name), '-c', `credentials=${fleet}`, ...OURS, ...more]);

    expect((await into('acme.json', sheet)).exit).toBe(0);
    expect(JSON.parse(readFileSync(join(fleet, 'acme.json'), 'utf8'))).toMatchObject({
      stack: 'acme',
      credentials: [{ id: 'acme-prod' }],
    });
    for (const more of [['--dry-run'], []]) {
      const { exit, stderr } = await into('copy.json', sheet, ...more);
      expect([exit, stderr]).toEqual([
        1,
        expect.stringMatching(/is already the id of credentials\[0\] in .*acme\.json/),
      ]);
      expect(existsSync(join(fleet, 'copy.json'))).toBe(false);
    }
  });

  it('--template: prints a sheet that can be imported, from stdin too', async () => {
    const { stdout } = await csr(['fleet', 'import', '--template']);
    const file = join(folder, 'of-template.json');
    const { exit, json } = await csr(['fleet', 'import', '-', '--into', file, '--json'], { input: stdout });
    expect([exit, json()]).toMatchObject([0, { added: 2, faults: [], warnings: [expect.stringContaining('notify')] }]);
  });

  it.each([
    ['a column that may hold secrets', ['Client ID;Client secret', 'a;canary-1'], 1, /take it out of the sheet/],
    ['a sheet in another encoding', undefined, 1, /UTF-8/],
  ])('refuses %s, and repeats no cell', async (_what, rows, code, words) => {
    const { sheet, run } = prepared(rows ?? []);
    if (rows === undefined) writeFileSync(sheet, Buffer.from('Customer;Environment\ncanary-\u00e4;x\n', 'latin1'));
    const { exit, stdout, stderr } = await run();
    expect([exit, stderr]).toEqual([code, expect.stringMatching(words)]);
    expect(stdout + stderr).not.toContain('canary');
  });

  it('takes the columns of docs/cli.md, by each of their names', () => {
    const page = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
    const rows =
      page
        .split('### From a spreadsheet')[1]
        ?.split('## ')[0]
        ?.match(/^\| [A-Z].*$/gm) ?? [];
    const names = rows.map((line) =>
      line
        .split('|')
        .slice(1, 3)
        .flatMap((cell) => cell.split(','))
        .map((one) => one.trim()),
    );
    const titles = Object.values(CREDENTIALS.columns).map(({ title }) => title);
    expect(names.map(([title]) => title).sort()).toEqual([...titles, 'Tag NAME'].sort());
    for (const [title = '', ...others] of names)
      for (const name of others.filter(Boolean))
        expect([name, [...readSheet(`${name}\nx\n`, CREDENTIALS).titles.keys()]]).toEqual([
          name,
          [...readSheet(`${title}\nx\n`, CREDENTIALS).titles.keys()],
        ]);
  });

  it('reads and writes many rows within seconds', async () => {
    const rows = Array.from({ length: 150 }, (_, i) => ACME.replaceAll('acme', `customer-${i}`));
    const { run } = prepared([HEAD, ...rows]);
    const began = performance.now();
    const { exit, json } = await run('--json', ...DOMAIN);
    console.info(`csr fleet import of 150 rows: ${Math.round(performance.now() - began)} ms`);
    expect([exit, json()]).toMatchObject([0, { added: 150 }]);
    expect((await run('--json', ...DOMAIN)).json()).toMatchObject({ unchanged: 150 });
  });
});
