import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fileIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { bytesOf, FORMS } from '../support/forms.ts';
import { runAgent } from '../support/process.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folders = temporaryFolders();

async function setUp(part: object = {}) {
  const folder = await folders();
  const target = await fileIn(folder);
  const configuration = { name: 'ifs-test', credential: 'acme-test', adapter: target.adapter, ...part };
  const listen = { port: 0, tokenFile: join(folder, 'token') };
  const settings = {
    name: 'host-1',
    state: join(folder, 'state'),
    transports: { listen },
    configurations: [configuration],
  };
  await writeFile(join(folder, 'token'), 'token-of-the-agent\n');
  await writeFile(join(folder, 'agent.json'), JSON.stringify(settings));
  return { ...target, folder, settingsFile: join(folder, 'agent.json') };
}

describe('the command line', () => {
  it('explains itself, with examples and exit codes', async () => {
    const { code, printed } = await runAgent(['--help']);
    expect([code, printed]).toEqual([
      0,
      expect.stringMatching(/run[\s\S]*check[\s\S]*discover[\s\S]*Examples:[\s\S]*Exit codes:/),
    ]);
  });

  it("prints the project's version", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await runAgent(['version'])).toMatchObject({ code: 0, printed: `${version}\n` });
  });

  it.each([
    ['an unknown command', ['rotate']],
    ['no settings', ['run']],
    ['settings that are not there', ['run', '--settings', '/nowhere/agent.json']],
    ['a folder that is not there', ['discover', '--client-id', 'x', '--folder', '/nowhere']],
  ])('says what is wrong with %s, exit code 2', async (_, args) => {
    const { code, printed, said } = await runAgent(args);
    expect([code, printed]).toEqual([2, '']);
    expect(said.trim().length).toBeGreaterThan(10);
  });
});

describe('agent check', () => {
  it('finds everything in order, changes nothing, and shows no secret', async () => {
    const { settingsFile, read } = await setUp({ restart: { command: ['true'], check: ['true'] } });
    const { code, printed } = await runAgent(['check', '--settings', settingsFile]);
    expect([code, await read()]).toEqual([0, bytesOf(FORMS.json)]);
    expect(printed).not.toMatch(/failed|secret-of/);
  });

  it('finds a restart program that is not there, and a read-only file; exit code 1', async () => {
    const { settingsFile, file } = await setUp({ restart: { command: ['no-such-program'] } });
    await chmod(file, 0o444);
    const { code, printed } = await runAgent(['check', '--settings', settingsFile]);
    expect(code).toBe(1);
    expect(printed).toMatch(/failed +ifs-test: can be written: .*file-read-only/);
    expect(printed).toMatch(/failed +ifs-test: the program no-such-program is there/);
  });
});

describe('agent discover, where nothing changes', () => {
  it('says so, and which ways are left; exit code 1', async () => {
    const folder = await folders();
    await mkdir(join(folder, 'data'));
    const { code, printed } = await runAgent(['discover', '--client-id', 'x', '--folder', join(folder, 'data')], '\n');
    expect(code).toBe(1);
    expect(printed).toMatch(/No file has changed[\s\S]*"via": "manual"/);
  });
});
