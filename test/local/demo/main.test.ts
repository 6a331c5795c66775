import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';

async function demo(...args: string[]) {
  const child = spawn(process.execPath, ['local/demo/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { stdout, stderr, code };
}

describe('npm start -- --json', () => {
  // A busy machine takes longer: nothing here depends on how long.
  it('rotates by schedule and on demand, with and without overlap', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'client-secret-rotation-demo-'));
    try {
      const picture = join(folder, 'timeline.svg');
      const { stdout, stderr, code } = await demo('--json', '--svg', picture);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('retired') });
      assertReport(JSON.parse(stdout));
      expect(await readFile(picture, 'utf8')).toMatch(/^<svg .*<title.*<desc.*dual-secret.*in-place.*<\/svg>\n$/s);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 300_000);
});

interface Line {
  readonly rotationId: string;
  readonly durationMs: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly outageMs: number;
  readonly steps: { readonly name: string; readonly ms: number }[];
}

/** The shape is closed: `toEqual` refuses another member. */
function assertReport(report: { rotations: Line[] }): void {
  expect(report).toEqual({
    ok: true,
    versions: { node: process.versions.node, project: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    onboarded: [
      { credential: 'acme-prod', outcome: 'adopted' },
      { credential: 'globex-prod', outcome: 'adopted' },
    ],
    rotations: [
      { credential: 'acme-prod', strategy: 'dual-secret', trigger: 'schedule', ...anyLine },
      { credential: 'globex-prod', strategy: 'in-place', trigger: 'api', ...anyLine },
      { credential: 'acme-prod', strategy: 'dual-secret', trigger: 'api', ...anyLine },
      { credential: 'globex-prod', strategy: 'in-place', trigger: 'schedule', ...anyLine },
    ],
  });
  const { rotations } = report;
  expect(new Set(rotations.map(({ rotationId }) => rotationId)).size).toBe(4);
  const [dual, inPlace] = [rotations.filter((_, index) => index % 2 === 0), rotations.filter((_, index) => index % 2)];
  for (const { failedRequests, outageMs, requests } of dual) {
    // A second before, at least two of grace, a second after; 50 a second, or a tenth of it on the slowest machine.
    expect({ failedRequests, outageMs, enough: requests >= 20 }).toEqual({
      failedRequests: 0,
      outageMs: 0,
      enough: true,
    });
  }
  for (const { outageMs, durationMs, requests } of inPlace) {
    expect(outageMs).toBeGreaterThan(0);
    expect(outageMs).toBeLessThanOrEqual(durationMs);
    expect(requests).toBeGreaterThanOrEqual(10);
  }
  for (const { steps } of rotations) {
    const names = steps.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['journal', 'renew', 'check', 'push', 'promote', 'clear']));
  }
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
    const { stdout, stderr, code } = await demo('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/--json.*--svg FILE.*--keep.*--port N.*Examples:/s);
  });

  it('are refused with the help when one is unknown', async () => {
    const { stdout, stderr, code } = await demo('--jsno');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--jsno'\n.*Examples:/s);
  });

  it('are refused in one line when the port is taken', async () => {
    const taken: Server = await serve(async () => new Response());
    const { stdout, stderr, code } = await demo('--json', '--port', String(taken.port));
    await taken.close();
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `Port ${taken.port} is taken: choose another one with --port, or leave it out\n`,
    });
  });

  it('are refused in one line when the picture has nowhere to go', async () => {
    const { stderr, code } = await demo('--svg', 'no-such-folder/timeline.svg');
    expect([code, stderr]).toEqual([
      2,
      "--svg no-such-folder/timeline.svg: its folder doesn't exist or can't be written to\n",
    ]);
  });
});
