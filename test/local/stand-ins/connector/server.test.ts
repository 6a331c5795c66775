import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configuration, JANUARY } from './fixture.ts';

const SERVER = fileURLToPath(new URL('../../../../local/stand-ins/connector/server.ts', import.meta.url));

describe('the connector as a process', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connector-'));
  });
  afterEach(async () => {
    if (child?.exitCode === null) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  function run(...args: string[]) {
    child = spawn(process.execPath, [SERVER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    return child as ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
  }
  async function config(content: unknown): Promise<string> {
    const path = join(folder, 'connector.json');
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  it('says in one line where it listens, answers by the contract, and ends on SIGTERM', async () => {
    const access = { type: 'bearer', token: 'T-1' };
    const process = run('--config', await config({ access, configurations: { 'ifs-production': configuration() } }));
    const [line] = await once(createInterface(process.stdout), 'line');
    const { url, configurations, control } = JSON.parse(line);
    expect(configurations).toEqual([`${url}/odata-connector/configurations/ifs-production`]);
    const response = await fetch(configurations[0], { headers: { authorization: 'Bearer T-1' } });
    expect(JSON.parse(await response.text()).authentication.runtime.clientSecretFingerprint).toBe(JANUARY.fingerprint);
    expect((await fetch(configurations[0])).status).toBe(401);
    expect(await (await fetch(`${control}traffic`)).json()).toEqual({});
    process.kill('SIGTERM');
    const [code] = await once(process, 'exit');
    expect(code).toBe(0);
  }, 15_000);

  it('names what is wrong in its file, without the values', async () => {
    const access = { type: 'bearer', tokn: 'T-9' };
    const process = run('--config', await config({ access, configurations: {} }));
    const [said, [code]] = await Promise.all([text(process.stderr), once(process, 'exit')]);
    expect(said).toContain('access.token');
    expect(said).not.toContain('T-9');
    expect(code).toBe(2);
  }, 15_000);

  it('runs without a file: an example that by its own token can be read and written by the contract', async () => {
    const process = run();
    const [line] = await once(createInterface(process.stdout), 'line');
    const { configurations } = JSON.parse(line);
    const headers = { authorization: 'Bearer local-connector-token' };
    const body = JSON.parse(await (await fetch(configurations[0], { headers })).text());
    expect(Object.keys(body.authentication)).toEqual(['designTime', 'runtime', 'studioTestBench', 'machineUsers']);
    process.kill('SIGINT');
    expect((await once(process, 'exit'))[0]).toBe(0);
  }, 15_000);

  it('explains itself with --help', async () => {
    const helped = run('--help');
    const [said, [code]] = await Promise.all([text(helped.stdout), once(helped, 'exit')]);
    expect(said).toContain('"access": { "type": "bearer"');
    expect(code).toBe(0);
  }, 15_000);

  it.each([
    ['a port that is none', ['--port', '70000'], '--port'],
    ['a flag that there is not', ['--prot', '1'], '--prot'],
    ['a file that there is not', ['--config', 'none.json'], 'none.json'],
  ])(
    'names %s in one line, with exit code 2',
    async (_, args, named) => {
      const process = run(...args);
      const [said, [code]] = await Promise.all([text(process.stderr), once(process, 'exit')]);
      expect(said.trim().split('\n')).toEqual([expect.stringContaining(named)]);
      expect(code).toBe(2);
    },
    15_000,
  );

  it('names a port that is taken, with exit code 2', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const process = run('--port', String(port));
    const [said, [code]] = await Promise.all([text(process.stderr), once(process, 'exit')]);
    taken.close();
    expect(said).toBe(`--port: ${port} is taken; choose another one, or leave --port out for a free one\n`);
    expect(code).toBe(2);
  }, 15_000);
});
