import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { configuration, JANUARY } from '../../local/stand-ins/connector/fixture.ts';
import { engineOf, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { writeSecret } from '../support/writes.ts';

const COMMAND = fileURLToPath(new URL('../support/command-connector.ts', import.meta.url));
const folders = temporaryFolders();

async function setUp(how: string, { timeout = 'PT30S', restart }: { timeout?: string; restart?: string[] } = {}) {
  const folder = await folders();
  const file = join(folder, 'stored.json');
  await writeFile(file, JSON.stringify(configuration()));
  const adapter = { type: 'command', command: [process.execPath, COMMAND, file, how], timeout };
  const settings = settingsIn(folder, adapter, restart && { restart: { command: restart } });
  const engine = await engineOf(settings);
  const runtimeSecret = async () =>
    (JSON.parse(await readFile(file, 'utf8')) as { authentication: { runtime: { clientSecret: string } } })
      .authentication.runtime.clientSecret;
  return { engine, settings, file, runtimeSecret };
}

describe('a connector behind a command', () => {
  it('is written', async () => {
    const { engine, runtimeSecret } = await setUp('open');
    await writeSecret(engine, 'new');
    expect(await runtimeSecret()).toBe('new');
  });

  it('gets the secret of before back when its restart fails', async () => {
    const { engine, runtimeSecret } = await setUp('open', { restart: ['false'] });
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({
      code: 'restart-failed',
      message: expect.stringContaining('was put back'),
    });
    expect(await runtimeSecret()).toBe(JANUARY.secret);
  });

  it('that cannot tell its secrets keeps the new one when its restart fails, and the answer says so', async () => {
    const { engine, runtimeSecret } = await setUp('blind', { restart: ['false'] });
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({
      code: 'restart-failed',
      message: expect.stringContaining('may hold the new secret'),
    });
    expect(await runtimeSecret()).toBe('new');
  });

  it('that reports a write and does nothing is found out', async () => {
    const { engine } = await setUp('deaf');
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({ code: 'read-back-differs' });
  });

  it('that refuses is refused with its own word', async () => {
    const { engine, runtimeSecret } = await setUp('refuse');
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({
      code: 'store-refused',
      message: expect.stringContaining('service-is-busy'),
    });
    expect(await runtimeSecret()).toBe(JANUARY.secret);
  });

  it('that answers something else is named, and what it printed is not repeated', async () => {
    const { engine } = await setUp('chatty');
    await expect(engine.read()).rejects.toMatchObject({
      code: 'store-invalid',
      message: expect.not.stringContaining('NOT a code'),
    });
  });

  it('that cannot tell its secrets shows none after a crash in which a person may have been the one who wrote', async () => {
    const { settings, file } = await setUp('blind');
    const dying = await engineOf(settings, { reach: (point) => (point === 'journaled' ? dieNow() : undefined) });
    let died = () => {};
    const dead = new Promise<void>((resolve) => {
      died = resolve;
    });
    const dieNow = () => {
      died();
      return new Promise<void>(() => {});
    };
    await Promise.race([dead, writeSecret(dying, 'new')]);
    await writeFile(file, JSON.stringify(configuration()));

    const again = await engineOf(settings);
    await again.start();

    expect((await again.read()).body.authentication.runtime?.clientSecretFingerprint).toBeNull();
  });

  it('that hangs is ended with all that it has started', async () => {
    const { engine, file } = await setUp('hang', { timeout: 'PT5S' });

    await expect(engine.read()).rejects.toMatchObject({ code: 'command-timeout' });

    const pid = Number(await readFile(`${file}.pid`, 'utf8'));
    await untilGone(pid);
  });

  it.each([
    ['is not there', ['/nowhere/at-all'], 'not-started'],
    ['fails', ['false'], 'code 1'],
  ])('whose program %s is named', async (_, command, word) => {
    const engine = await engineOf(settingsIn(await folders(), { type: 'command', command }));
    await expect(engine.read()).rejects.toMatchObject({
      code: 'command-failed',
      message: expect.stringContaining(word),
    });
  });
});

/** Ends when a process is gone; the test's own time limit is the only other end. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      if (/\) Z /.test(stat)) return;
      await wait(20);
    } catch {
      return;
    }
  }
}
