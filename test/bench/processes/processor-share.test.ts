import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { byPauses, limit, shareOf } from '../../../bench/processes/processor-share.ts';

const WORK_MS = 200;

/** Works for so many milliseconds of processor time once it is told to, and tells how long that took. */
const WORKING = `process.once('message', () => {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  while (process.cpuUsage(used).user + process.cpuUsage(used).system < ${WORK_MS} * 1000);
  process.send(performance.now() - begun);
});
process.send('ready');`;

it('knows what Lambda gives to 512 MB', () => {
  expect(shareOf(512)).toBeCloseTo(0.29, 2);
  expect(shareOf(1769)).toBe(1);
});

it.each([
  ['by whatever this machine has', limit],
  ['by pauses', byPauses],
])('lets a process have no more than its share, %s', async (_, limitBy) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-test-'));
  const file = join(folder, 'working.mjs');
  await writeFile(file, WORKING);
  const child = fork(file, { execArgv: [] });
  try {
    await once(child, 'message');
    const limited = limitBy(child.pid ?? 0, 0.25);
    child.send('go');
    const [ms] = await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    limited.release();
    // A quarter of a processor makes four of it; timers that are late, and periods that have begun, may give some more.
    expect(ms).toBeGreaterThan(2 * WORK_MS);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
