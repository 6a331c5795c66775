import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { fileIn } from './support/agent.ts';
import { temporaryFolders } from './support/folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const node = (args: string[], cwd: string) => promisify(execFile)(process.execPath, args, { cwd });
const folders = temporaryFolders();

describe('the bundle', () => {
  it('runs in a folder in which there is nothing else', async () => {
    const folder = await folders();
    const { adapter } = await fileIn(folder);
    await node([join(ROOT, 'agent/bundle.ts')], ROOT);
    await copyFile(join(ROOT, 'dist/agent.mjs'), join(folder, 'agent.mjs'));
    await writeFile(join(folder, 'token'), 'token-of-the-agent');
    const configurations = [{ name: 'ifs-test', credential: 'acme-test', adapter }];
    const transports = { listen: { port: 0, tokenFile: join(folder, 'token') } };
    await writeFile(
      join(folder, 'agent.json'),
      JSON.stringify({ name: 'host-1', state: join(folder, 'state'), transports, configurations }),
    );

    const version = await node(['agent.mjs', 'version'], folder);
    const check = await node(['agent.mjs', 'check', '--settings', 'agent.json'], folder);

    expect(version.stdout.trim()).toBe(
      (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    );
    expect(check.stdout).not.toContain('failed');
    expect(check.stdout).toContain('ifs-test: can be written');
  });
});
