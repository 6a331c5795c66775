import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';

const MAIN = 'local/demo/main.ts';

/** Runs to its end. @param temporary where temporary files go */
async function demo(args: readonly string[], temporary = tmpdir()) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-secret-rotation-demo-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('npm start -- --json', () => {
  // A busy machine takes longer: nothing here depends on how long.
  it('rotates by schedule and on demand, with and without overlap, through every door', async () => {
    const picture = join(folder, 'timeline.svg');
    const { stdout, stderr, code } = await demo(['--json', '--svg', picture], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('retired') });
    assertReport(JSON.parse(stdout));
    expect(await readFile(picture, 'utf8')).toMatch(/^<svg .*<title.*<desc.*dual-secret.*in-place.*<\/svg>\n$/s);
    // The files of the agent's host are gone.
    expect(await readdir(folder)).toEqual(['timeline.svg']);
  }, 300_000);

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'leaves neither files nor the agent when %s ends it',
    async (signal, code) => {
      const child = spawn(process.execPath, [MAIN, '--json'], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, TMPDIR: folder },
      });
      const exit = once(child, 'exit');
      for await (const line of createInterface({ input: child.stderr })) if (line.includes('adopted')) break;
      const [host = ''] = await readdir(folder);
      const pid = await agentPid(join(folder, host));
      expect(isAlive(pid)).toBe(true);
      child.kill(signal);
      expect(await exit).toEqual([code, null]);
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await readdir(folder)).toEqual([]);
    },
    120_000,
  );
});

/** Whose lock is on the agent's state. */
async function agentPid(host: string): Promise<number> {
  return (JSON.parse(await readFile(join(host, 'state', 'agent.lock'), 'utf8')) as { pid: number }).pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Line {
  readonly credential: string;
  readonly rotationId: string;
  readonly durationMs: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly outageMs: number;
  readonly steps: { readonly name: string; readonly ms: number }[];
}

/** What is the same of all rotations of a credential. */
const EACH = {
  acme: { credential: 'acme-prod', doors: 'keycloak+https', strategy: 'dual-secret', proof: 'written' },
  globex: { credential: 'globex-prod', doors: 'keycloak+https', strategy: 'in-place', proof: 'written' },
  initech: { credential: 'initech-prod', doors: 'keycloak+agent', strategy: 'dual-secret', proof: 'loaded' },
  umbrella: {
    credential: 'umbrella-prod',
    doors: 'manual+manual',
    strategy: 'in-place',
    proof: 'attested',
    tasks: [
      { kind: 'submit-secret', done: true },
      { kind: 'enter-secret', done: true },
    ],
  },
};

/** The shape is closed: `toEqual` refuses another member. */
function assertReport(report: { rotations: Line[] }): void {
  expect(report).toEqual({
    ok: true,
    versions: { node: process.versions.node, project: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    onboarded: Object.values(EACH).map(({ credential }) => ({ credential, outcome: 'adopted' })),
    rotations: [
      { ...EACH.acme, trigger: 'schedule', ...anyLine },
      { ...EACH.globex, trigger: 'api', ...anyLine },
      { ...EACH.initech, trigger: 'schedule', ...anyLine },
      { ...EACH.umbrella, trigger: 'api', ...anyLine },
      { ...EACH.acme, trigger: 'api', ...anyLine },
      { ...EACH.globex, trigger: 'schedule', ...anyLine },
      { ...EACH.initech, trigger: 'api', ...anyLine },
    ],
  });
  const { rotations } = report;
  expect(new Set(rotations.map(({ rotationId }) => rotationId)).size).toBe(7);
  for (const { failedRequests, outageMs, requests } of rotations.filter(({ credential }) => hasOverlap(credential))) {
    // A second before, at least two of grace, a second after; 50 a second, or a twentieth of it on the slowest machine.
    expect({ failedRequests, outageMs, enough: requests >= 10 }).toEqual({
      failedRequests: 0,
      outageMs: 0,
      enough: true,
    });
  }
  for (const { credential, outageMs, durationMs, requests } of rotations.filter((one) => !hasOverlap(one.credential))) {
    expect(outageMs).toBeGreaterThan(0);
    // A person's part is no part of the run.
    if (credential === 'globex-prod') expect(outageMs).toBeLessThanOrEqual(durationMs);
    expect(requests).toBeGreaterThanOrEqual(5);
  }
  for (const { credential, steps } of rotations) {
    const names = steps.map(({ name }) => name);
    const common = ['journal', 'check', 'push', 'promote', 'clear'];
    expect(names).toEqual(expect.arrayContaining(credential === 'umbrella-prod' ? common : ['renew', ...common]));
  }
}

function hasOverlap(credential: string): boolean {
  return credential === 'acme-prod' || credential === 'initech-prod';
}

const anyLine = {
  outcome: 'rotated',
  rotationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  durationMs: expect.any(Number),
  outageMs: expect.any(Number),
  requests: expect.any(Number),
  failedRequests: expect.any(Number),
  oldSecretRefused: true,
  steps: expect.any(Array),
};

describe('the options of npm start', () => {
  it('are explained by --help, with examples', async () => {
    const { stdout, stderr, code } = await demo(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/--json.*--svg FILE.*--keep.*--port N.*Examples:/s);
  });

  it('are refused with the help when one is unknown', async () => {
    const { stdout, stderr, code } = await demo(['--jsno']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--jsno'\n.*Examples:/s);
  });

  it('are refused in one line when the port is taken', async () => {
    const taken: Server = await serve(async () => new Response());
    const { stdout, stderr, code } = await demo(['--json', '--port', String(taken.port)]);
    await taken.close();
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `Port ${taken.port} is taken: choose another one with --port, or leave it out\n`,
    });
  });

  it('are refused in one line when the picture has nowhere to go', async () => {
    const { stderr, code } = await demo(['--svg', 'no-such-folder/timeline.svg']);
    expect([code, stderr]).toEqual([
      2,
      "--svg no-such-folder/timeline.svg: its folder doesn't exist or can't be written to\n",
    ]);
  });
});
