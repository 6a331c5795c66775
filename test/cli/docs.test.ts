import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../../cli/program.ts';
import { isRoute } from '../../functions/api/contract/routes.ts';
import { csrConsole, ROOT, words } from './support/csr.ts';
import { openStage, type Stage } from './support/stage.ts';

const OVER_HTTPS = { iam: 'keycloak', via: 'https' } as const;
const page = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The command lines of a text: from `csr` to the end of the command. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/(?:^|\s|\()(csr [^\n|<>)]+)/gm)].map(([, line = '']) => line.trim());
}

function blocksOf(text: string): string {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('');
}

const DOCUMENTED = commandsIn(blocksOf(page));

/** The help of every command. */
function helpTexts(command: Command): string[] {
  let text = '';
  command.configureOutput({ writeOut: (more) => (text += more) });
  command.outputHelp();
  return [text, ...command.commands.flatMap(helpTexts)];
}

const program = () => createProgram(() => async () => {});
const HELP = helpTexts(program()).flatMap((text) => commandsIn(text.split('\nExamples:\n')[1] ?? ''));

describe('the examples', () => {
  const FROM_README = commandsIn(blocksOf(readme)).filter((line) => !line.includes('csr()'));

  it.each([...new Set([...HELP, ...FROM_README])])('"%s" is a command that csr takes', async (line) => {
    if (line.endsWith('--help')) return;
    await expect(program().parseAsync(words(line).slice(1), { from: 'user' })).resolves.toBeDefined();
  });

  it('show every command in docs/cli.md', () => {
    const names = program().commands.map((command) => command.name());
    expect(names.filter((name) => !DOCUMENTED.some((line) => line.startsWith(`csr ${name}`)))).toEqual([]);
  });
});

/** Commands whose route a deployment of this version may lack. */
const ROUTE_OF: Readonly<Record<string, string>> = {
  history: 'GET /credentials/{id}/rotations',
  pause: 'PATCH /credentials/{id}/schedule',
  resume: 'PATCH /credentials/{id}/schedule',
};

/** Commands that need Step Functions, which the stage has not. */
const OF_MANY = /^csr rotate (?:.* )?--(?:all|tag|match|watch|list|abort)\b/;

/** What the documented commands print; the first that fits counts. */
const PRINTED: readonly (readonly [begins: string, stdout: RegExp])[] = [
  ['csr --help', /^Usage: csr \[options\] \[command\]/],
  ['csr rotate --help', /^Usage: csr rotate /],
  ['csr iam prepare --help', /^Usage: csr iam prepare /],
  ['csr iam verify --help', /^Usage: csr iam verify /],
  ['csr iam undo --help', /^Usage: csr iam undo /],
  ['csr completion bash', /complete -o default -F _csr csr/],
  ['csr doctor --all', /^Nothing is wrong\.\n$/],
  ['csr doctor', /^CHECK +RESULT[\s\S]*\nacme-prod +ok .*[\s\S]*Nothing is wrong\.\n$/],
  ['csr list --json', /^\{\n {2}"credentials": \[[\s\S]*"acme-test"[\s\S]*\}\n$/],
  ['csr list', /^ID +CLIENT [\s\S]*\nacme-prod /],
  ['csr status acme-prod --json', /^\{\n {2}"id": "acme-prod"[\s\S]*\}\n$/],
  ['csr status', /^acme-prod\n {2}client /],
  ['csr plan', /^acme-prod: nothing was changed\. A rotation now would:\n {2}find +[a-z-]+\n/],
  ['csr report --month 2026-10 --csv', /^credential,requestedAt,kind,/],
  ['csr report --month 2026-10', /^# Rotation of client secrets: 2026-10\n[\s\S]*acme-prod[\s\S]*## Sign-off/],
  ['csr history acme-prod --csv', /^requestedAt,kind,.*\r\n.*,adopted,api,/],
  ['csr history', /^STARTED +KIND +OUTCOME [\s\S]* adopted +api /],
  ['csr rotate', /^acme-prod: rotated\. [\s\S]*has the current secret/],
  ['csr rollback', /^acme-prod: rotated\. /],
  ['csr revoke', /^acme-prod: rotated\. [\s\S]*ended: the IAM refuses it/],
  ['csr pause', /^acme-prod: scheduled rotations are paused\./],
  ['csr resume', /^acme-prod: scheduled rotations go on\./],
  ['csr submit', /^globex-prod: rotated\. /],
  ['csr reveal', /^acme-test: clientSecret is in the clipboard \(wl-copy\)/],
  ['csr ack', /^acme-test: Flow Connect has version [0-9a-f-]{36}, by the word of /],
  ['csr iam jwk', /^\{\n {2}"keys": \[[\s\S]*"kid": "[\w-]{43}"/],
  ['csr access set --from-file', /^1 created, 0 replaced, 0 unchanged, 0 failed\.\nDelete access\.csv: /],
  ['csr access set', /^client-secret-rotation-access\/acme-prod\/[\w-]+ was (created|replaced)\.\n$/],
  ['csr console', /^The console has ended\.\n$/],
  ['csr fleet check', /^fleet(\.json)?: no faults in \d credentials( of 2 files)?\.\n$/],
  ['csr fleet import --template', /^Customer,Environment,Base URL,/],
  ['csr fleet import customers.csv --into fleet.json --dry-run', /umbrella-prod +added[\s\S]*Nothing was written/],
  ['csr fleet import', /umbrella-prod +added[\s\S]*1 added, 0 changed/],
  ['csr fleet add', /^fleet(\/acme)?\.json: initech-prod was added\./],
];

function printedBy(line: string): RegExp | undefined {
  return PRINTED.find(([begins]) => line.startsWith(begins))?.[1];
}

describe('docs/cli.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-docs-'));
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.onboard({ id: 'acme-prod', realm: 'acmeprod', overlap: true, ...OVER_HTTPS });
    await stage.onboard({ id: 'acme-test', realm: 'acmetest', overlap: true, ...OVER_HTTPS }, ({ connectors }) => ({
      connectors: [...connectors, { name: 'Flow Connect', via: 'manual', within: 'PT2H', proof: 'attested' }],
    }));
    await stage.onboard({ id: 'globex-prod', realm: 'globexprod', overlap: false, ...OVER_HTTPS }, () => ({
      iam: { type: 'manual', within: 'P7D' },
    }));
    await Promise.all(['acme-prod', 'acme-test'].map((id) => stage.csr(['rotate', id])));
    await stage.csr(['ack', 'acme-test', 'Flow Connect'], { input: 'yes\n' });
    await stage.csr(['submit', 'globex-prod'], { input: stage.secretOf('globexprod') });
    const { id } = stage.stack.kms.create('ECC_NIST_P256', '0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10');
    stage.stack.kms.alias('alias/client-secret-rotation-signer', id);
    copyFileSync(join(ROOT, 'credentials.example.json'), join(folder, 'fleet.json'));
    mkdirSync(join(folder, 'fleet'));
    copyFileSync(join(ROOT, 'credentials.example.json'), join(folder, 'fleet', 'globex.json'));
    const cells = 'umbrella;prod;https://umbrella.example.com;umbrella;https://flow.umbrella.example.com/c';
    writeFileSync(join(folder, 'customers.csv'), `Customer;Environment;Base URL;Realm;Connector URL\n${cells}\n`);
    const name = 'client-secret-rotation-access/shared/many';
    writeFileSync(join(folder, 'access.csv'), `Secret ID,Form,Value\n${name},token,t\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'wl-copy'), '#!/bin/sh\ncat > /dev/null\n');
    chmodSync(join(folder, 'wl-copy'), 0o755);
  });
  afterAll(() => stage.close());

  /** What a person would type. */
  function inputFor(line: string): string {
    if (line.startsWith('csr ack')) return 'yes\n';
    if (line.includes('--form tls')) return JSON.stringify({ ca: rootCertificates[0] });
    if (line.startsWith('csr access')) return 'a-secret';
    if (line.startsWith('csr submit')) return stage.refresh('globexprod');
    if (!line.startsWith('csr fleet add')) return '';
    const url = 'https://initech.example.com/auth/realms/initech/protocol/openid-connect/token';
    const upTo = ['initech-prod', url, '', '', 'yes', '', '', '', '', '', 'https://flow.initech.example.com/c', '', ''];
    return `${[...upTo, 'no', '', 'UTC', ''].join('\n')}\n`;
  }

  it('has a line here of what each of its commands prints', () => {
    const unknown = DOCUMENTED.filter((line) => printedBy(line) === undefined);
    expect(unknown).toEqual([]);
    expect(DOCUMENTED.length).toBeGreaterThan(20);
  });

  it.each(DOCUMENTED)('%s', async (line) => {
    const PATH = [folder, process.env.PATH].join(delimiter);
    const [, command = '', ...args] = words(line);
    const input = inputFor(line);
    const once = () => {
      stage.pass();
      if (command === 'console') return csrConsole(args, { env: stage.env });
      return stage.csr([command, ...args], { cwd: folder, env: { PATH }, input });
    };
    let { exit, stdout, stderr } = await once();
    // What a command before has planned may happen at the same moment: 4 means that the same command can succeed later.
    for (let repeats = 0; exit === 4 && repeats < 5; repeats += 1) ({ exit, stdout, stderr } = await once());
    if (OF_MANY.test(line)) {
      expect([exit, stderr]).toEqual([1, expect.stringContaining('not-available')]);
      return;
    }
    const route = ROUTE_OF[command];
    if (route === undefined || isRoute(route))
      expect([exit, stdout, stderr]).toEqual([0, expect.stringMatching(printedBy(line) ?? /^$/), expect.anything()]);
    else expect([exit, stderr]).toEqual([1, expect.stringContaining('has no such call')]);
  });
});
