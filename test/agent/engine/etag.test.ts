import { copyFile, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { engineOf, fileIn, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { withSecret, writeSecret } from '../support/writes.ts';

const folders = temporaryFolders();

async function setUp() {
  const folder = await folders();
  const { adapter, file } = await fileIn(folder);
  const settings = settingsIn(folder, adapter);
  return { folder, file, settings, engine: await engineOf(settings) };
}

describe('the ETag', () => {
  it('stays while nothing is written, also over a start', async () => {
    const { engine, settings } = await setUp();
    const { etag } = await engine.read();
    expect([(await engine.read()).etag, (await (await engineOf(settings)).read()).etag]).toEqual([etag, etag]);
  });

  it('is another one after a restore of the very same bytes', async () => {
    const { engine, file } = await setUp();
    await copyFile(file, `${file}.kept`);
    const seen = [(await engine.read()).etag];
    for (const secret of ['one', 'two']) {
      seen.push((await writeSecret(engine, secret)).etag);
      await copyFile(`${file}.kept`, file);
      seen.push((await engine.read()).etag);
    }
    expect(new Set(seen).size).toBe(5);
  });

  it('is another one after a restore that keeps the time of the file, too', async () => {
    const { engine, file } = await setUp();
    const { atime, mtime } = await stat(file);
    await utimes(file, atime, mtime);
    await copyFile(file, `${file}.kept`);
    const { etag } = await engine.read();
    await writeFile(file, (await readFile(file, 'utf8')).replace('2.50', '2.51'));
    const { etag: edited } = await engine.read();
    await copyFile(`${file}.kept`, file);
    await utimes(file, atime, mtime);

    const { etag: restored } = await engine.read();

    expect(new Set([etag, edited, restored]).size).toBe(3);
  });

  it('does not come back when the state folder is lost', async () => {
    const { engine, settings } = await setUp();
    const { etag } = await engine.read();
    await rm(settings.state, { recursive: true });
    const again = await engineOf(settings);

    await expect(again.write({ id: 'test', ifMatch: etag, change: withSecret('new') })).rejects.toMatchObject({
      status: 412,
    });
  });

  it('cannot be told when the state is not usable: the agent says which file, and does not start on it', async () => {
    const { engine, settings } = await setUp();
    await engine.read();
    await writeFile(join(settings.state, 'ifs-test', 'state.json'), '{"v":1');
    await expect(engineOf(settings)).rejects.toMatchObject({
      code: 'unrecovered',
      message: expect.stringContaining('state.json'),
    });
  });

  it('takes `*` and a list of ETags', async () => {
    const { engine } = await setUp();
    const { etag } = await engine.read();
    await engine.write({ id: 'one', ifMatch: `"x", ${etag}`, change: withSecret('one') });
    await engine.write({ id: 'two', ifMatch: '*', change: withSecret('two') });
    await expect(engine.prepare(`W/${etag}`)).rejects.toMatchObject({ status: 412 });
  });
});

describe('a journal that is not usable', () => {
  it('keeps writes from beginning, and reads go on', async () => {
    const { engine, settings } = await setUp();
    await writeFile(join(settings.state, 'ifs-test', 'journal.json'), 'x');
    const { etag } = await engine.read();
    await expect(engine.write({ id: 'test', ifMatch: etag, change: withSecret('new') })).rejects.toMatchObject({
      code: 'unrecovered',
    });
    await expect(engine.prepare(etag)).rejects.toMatchObject({ code: 'unrecovered' });
  });
});
