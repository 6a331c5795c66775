import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { syncFolder, writeDurably } from '../../agent/host/durable.ts';
import { type FileDeps, realFileDeps } from '../../agent/host/files.ts';
import type { Settings } from '../../agent/settings/settings.ts';
import { windowsFaults } from '../../agent/settings/windows.ts';
import { engineOf, fileIn, settingsIn } from './support/agent.ts';
import { temporaryFolders } from './support/folder.ts';
import { AT_FIRST, bytesOf, FORMS } from './support/forms.ts';
import { writeSecret } from './support/writes.ts';

const folders = temporaryFolders();

/** A host that says that it is Windows, whose clock stands still but for sleeping. */
function windows(part: Partial<FileDeps> = {}): FileDeps {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { ...realFileDeps, now: () => now, sleep, platform: 'win32', ...part };
}

/** Fails so often with what Windows says of a file that a scanner holds. */
function held(times: number): FileDeps['rename'] {
  let left = times;
  return async (from, to) => {
    if (left-- > 0) throw Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'rename' });
    await rename(from, to);
  };
}

describe("the agent's settings on Windows", () => {
  const settings = (part: object = {}, configuration: object = {}) =>
    ({
      state: 'C:\\ProgramData\\ConnectorAgent',
      transports: { sqs: true },
      configurations: [{ name: 'ifs', adapter: { file: 'D:/Connector/settings.json' }, ...configuration }],
      ...part,
    }) as unknown as Settings;

  it.each([
    ['drives', settings()],
    ['a file on a share', settings({}, { adapter: { file: '\\\\server\\share\\connector.config' } })],
    ['a long path', settings({ state: '\\\\?\\C:\\agent' })],
    ['a program', settings({}, { restart: { command: ['powershell.exe', '-File', 'restart.cmd'] } })],
  ])('may have %s', (_, given) => {
    expect(windowsFaults(given)).toEqual([]);
  });

  it.each<[string, Settings, RegExp]>([
    ['a path without a drive', settings({ ca: '\\certs\\root.pem' }), /^ca: has no drive letter$/],
    ['a path of Linux', settings({}, { adapter: { file: '/etc/x' } }), /^configurations\[0\]\.adapter\.file: has no/],
    [
      'its state on a share',
      settings({ state: '\\\\server\\share\\agent' }),
      /^state: must be on a disk of this host$/,
    ],
    ['the name of a device', settings({}, { name: 'con' }), /^configurations\[0\]\.name: Windows keeps con/],
    ['a batch file', settings({}, { restart: { command: ['C:\\restart.CMD'] } }), /restart: a batch file needs/],
    ['a batch file as adapter', settings({}, { adapter: { command: ['x.bat'] } }), /adapter: a batch file needs/],
  ])('may not have %s', (_, given, fault) => {
    expect(windowsFaults(given)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('a write on Windows', () => {
  it('is carried out, line ends and byte order mark kept; it leaves nothing behind', async () => {
    const folder = await folders();
    const { adapter, read } = await fileIn(folder);
    const engine = await engineOf(settingsIn(folder, adapter), { files: windows({ rename: held(3) }) });
    await writeSecret(engine, 'new');
    const after = { ...AT_FIRST, designTime: 'new', runtime: 'new', anna: 'new' };
    expect(await read()).toEqual(bytesOf(FORMS.json, after));
  });

  it('is prepared without a byte or the time of the file being changed', async () => {
    const folder = await folders();
    const { adapter, file, read } = await fileIn(folder);
    const engine = await engineOf(settingsIn(folder, adapter), { files: windows() });
    const { mtimeMs } = await stat(file);
    await engine.prepare((await engine.read()).etag);
    expect([await read(), (await stat(file)).mtimeMs]).toEqual([bytesOf(FORMS.json), mtimeMs]);
  });

  it('keeps a file that a program holds for longer', async () => {
    const folder = await folders();
    const { adapter, read } = await fileIn(folder);
    const engine = await engineOf(settingsIn(folder, adapter), { files: windows({ rename: held(1000) }) });
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({ code: 'file-locked' });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });
});

describe("the agent's own files", () => {
  it('are written on Windows as soon as a scanner lets go', async () => {
    const path = join(await folders(), 'state.json');
    await writeFile(path, 'old');
    await writeDurably(path, 'new', windows({ rename: held(3) }));
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('fail elsewhere at once: a right that is missing stays missing', async () => {
    const path = join(await folders(), 'state.json');
    const linux = windows({ rename: held(1), platform: 'linux' });
    await expect(writeDurably(path, 'new', linux)).rejects.toMatchObject({ code: 'EPERM' });
  });

  it('are not flushed by their folder on Windows, which refuses that', async () => {
    const gone = join(await folders(), 'gone');
    await expect(syncFolder(gone, { platform: 'win32' })).resolves.toBeUndefined();
    await expect(syncFolder(gone, { platform: 'linux' })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
