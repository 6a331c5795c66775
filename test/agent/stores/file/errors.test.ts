import { chmod, link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ProblemCode } from '../../../../agent/errors.ts';
import { type FileDeps, realFileDeps } from '../../../../agent/host/files.ts';
import { engineOf, fileIn, settingsIn } from '../../support/agent.ts';
import { temporaryFolders } from '../../support/folder.ts';
import { AT_FIRST, bytesOf, FORMS } from '../../support/forms.ts';
import { withSecret, writeSecret } from '../../support/writes.ts';

const folders = temporaryFolders();
const JSON_TEXT = FORMS.json.text(AT_FIRST);

/** Reads a configuration whose file has another content. */
async function readOf(content: string | Buffer, adapter: object) {
  const folder = await folders();
  const file = join(folder, 'connector.config');
  await writeFile(file, content);
  return (await engineOf(settingsIn(folder, { ...adapter, file }))).read();
}

/** A clock that stands still but for sleeping. */
function steppingFiles(rename: FileDeps['rename']): FileDeps & { slept: () => number } {
  let now = 0;
  const sleep = async (ms: number) => {
    now += ms;
  };
  return { ...realFileDeps, now: () => now, sleep, rename, slept: () => now };
}

const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'rename' });

describe('reading a file that is not as the settings say', () => {
  it.each<[string, ProblemCode, string | Buffer, object?]>([
    ['a pointer that is not there', 'place-not-found', JSON_TEXT.replace('"list"', '"List"')],
    ['a member that stands twice', 'place-ambiguous', JSON_TEXT.replace('"id"', '"secret": "x", "id"')],
    ['a number in the place of a text', 'value-not-usable', JSON_TEXT.replace('"secret-of-january"', '42')],
    ['a flow type that nobody knows', 'value-not-usable', JSON_TEXT.replace('client_credentials', 'magic')],
    ['a switch in the place of a secret', 'value-not-usable', JSON_TEXT.replace('"secret-of-january"', 'true')],
    ['JSON that is nested 20,000 deep', 'syntax-invalid', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['two documents in one file', 'syntax-invalid', JSON_TEXT + JSON_TEXT],
    ['half of a JSON file', 'syntax-invalid', JSON_TEXT.slice(0, 300)],
    ['an empty file', 'syntax-invalid', ''],
    [
      'an encrypted secret (DPAPI)',
      'value-encrypted',
      JSON_TEXT.replace('secret-of-january', 'AQAAANCMnd8BFdERjHoAwE/Cl+sBAAAA'),
    ],
    ['an encrypted secret (data protection)', 'value-encrypted', JSON_TEXT.replace('secret-of-january', 'CfDJ8NhY')],
    ['a mask', 'value-masked', JSON_TEXT.replace('secret-of-january', '********')],
    ['UTF-16 instead of UTF-8', 'encoding-wrong', Buffer.from(`\uFEFF${JSON_TEXT}`, 'utf16le')],
    ['windows-1252 instead of UTF-8', 'encoding-wrong', Buffer.from(JSON_TEXT, 'latin1')],
    ['UTF-8 instead of UTF-16', 'encoding-wrong', FORMS.xml.text(AT_FIRST), FORMS.xml.adapter],
    ['a file of more than 10 MB', 'file-too-large', Buffer.alloc(10 * 1024 * 1024 + 1, ' ')],
    [
      'a regular expression that matches nothing',
      'place-not-found',
      bytesOf(FORMS.text).toString('latin1').replace('RUN_ID', 'RUNID'),
      FORMS.text.adapter,
    ],
    [
      'a regular expression that matches twice',
      'place-ambiguous',
      `${bytesOf(FORMS.text).toString('latin1')}\r\nRUN_ID=x`,
      FORMS.text.adapter,
    ],
    [
      'an XPath that selects nothing',
      'place-not-found',
      bytesOf({ ...FORMS.xml, text: (s) => FORMS.xml.text(s).replace('Bo.Id', 'Bo.id') }),
      FORMS.xml.adapter,
    ],
    [
      'an XPath that selects two',
      'place-ambiguous',
      bytesOf({ ...FORMS.xml, text: (s) => FORMS.xml.text(s).replace('<id>', '<id>x</id><id>') }),
      FORMS.xml.adapter,
    ],
    [
      'a secret with a comment in it',
      'value-not-usable',
      bytesOf({ ...FORMS.xml, text: (s) => FORMS.xml.text(s).replace('<x:secret>', '<x:secret><!-- x -->') }),
      FORMS.xml.adapter,
    ],
    [
      'a document type declaration',
      'syntax-invalid',
      bytesOf({
        ...FORMS.xml,
        text: (s) => FORMS.xml.text(s).replace('<configuration', '<!DOCTYPE x [<!ENTITY a "b">]><configuration'),
      }),
      FORMS.xml.adapter,
    ],
    [
      'XML that is nested 20,000 deep',
      'syntax-invalid',
      bytesOf({
        ...FORMS.xml,
        text: (s) =>
          FORMS.xml
            .text(s)
            .replace('</configuration>', `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}</configuration>`),
      }),
      FORMS.xml.adapter,
    ],
    [
      'an entity that nobody has declared',
      'syntax-invalid',
      bytesOf({ ...FORMS.xml, text: (s) => FORMS.xml.text(s).replace('<id>', '<id>&own;') }),
      FORMS.xml.adapter,
    ],
    ['an XPath that is none', 'place-not-found', bytesOf(FORMS.xml), { ...FORMS.xml.adapter, name: '/c[' }],
    [
      'an XPath with a prefix of nobody',
      'place-not-found',
      bytesOf(FORMS.xml),
      { ...FORMS.xml.adapter, name: '//z:c' },
    ],
    [
      'a regular expression that tries for ever',
      'place-ambiguous',
      `${bytesOf(FORMS.text).toString('latin1')}\r\nNAME=${'a'.repeat(40)}!`,
      { ...FORMS.text.adapter, name: '^NAME=((?:a+)+)$' },
    ],
    [
      'a value that goes on in the next line',
      'value-not-usable',
      bytesOf(FORMS.text).toString('latin1').replace('RUN_ID=', 'RUN_ID=a\\\r\n'),
      FORMS.text.adapter,
    ],
    [
      'a value with a comment after it',
      'value-not-usable',
      bytesOf(FORMS.text).toString('latin1').replace('RUN_ID=', 'RUN_ID=a # '),
      FORMS.text.adapter,
    ],
    [
      'a value that a line separator cuts',
      'value-not-usable',
      FORMS.text.text(AT_FIRST).replace('RUN_ID=', 'RUN_ID=a\u2028'),
      { ...FORMS.text.adapter, encoding: 'utf-8' },
    ],
    [
      'XML that is not well-formed',
      'syntax-invalid',
      bytesOf({ ...FORMS.xml, text: (s) => FORMS.xml.text(s).replace('</appSettings>', '') }),
      FORMS.xml.adapter,
    ],
  ])('names %s: %s', async (_, code, content, adapter: object = FORMS.json.adapter) => {
    const failed = readOf(content, adapter);

    await expect(failed).rejects.toMatchObject({ code });
    await expect(failed).rejects.not.toThrow(/secret-of-january|AQAAANCM|CfDJ8/);
  });

  it.each<[string, ProblemCode, (file: string) => Promise<unknown>]>([
    ['a file that is not there', 'file-not-found', async () => {}],
    ['a folder', 'file-not-found', (file) => mkdir(file)],
    [
      'a symbolic link',
      'file-is-a-link',
      (file) => writeFile(`${file}.real`, JSON_TEXT).then(() => symlink(`${file}.real`, file)),
    ],
    [
      'a second name',
      'file-is-a-link',
      (file) => writeFile(`${file}.real`, JSON_TEXT).then(() => link(`${file}.real`, file)),
    ],
  ])('names %s: %s', async (_, code, make) => {
    const folder = await folders();
    const file = join(folder, 'connector.config');
    await make(file);

    await expect((await engineOf(settingsIn(folder, { ...FORMS.json.adapter, file }))).read()).rejects.toMatchObject({
      code,
    });
  });
});

describe('a write that cannot be made', () => {
  /** An engine on a file, and what has to be true after a refusal. */
  async function setUp(files?: FileDeps, form: (typeof FORMS)[keyof typeof FORMS] = FORMS.json) {
    const folder = await folders();
    const target = await fileIn(folder, form);
    const engine = await engineOf(settingsIn(folder, target.adapter), files ? { files } : {});
    const untouched = async () => {
      expect(await target.read()).toEqual(bytesOf(form));
      expect((await readdir(folder)).sort()).toEqual(['connector.config', 'state']);
      expect((await readdir(join(folder, 'state', 'ifs-test'))).filter((name) => name !== 'state.json')).toEqual([]);
    };
    return { ...target, folder, engine, untouched };
  }

  it.each(['EBUSY', 'EPERM', 'EACCES'])(
    'is tried again for two seconds while another program holds the file (%s), and then refused',
    async (code) => {
      const files = steppingFiles(() => Promise.reject(failure(code)));
      const { engine, untouched } = await setUp(files);

      await expect(writeSecret(engine, 'new')).rejects.toMatchObject({ code: 'file-locked', status: 503 });

      expect(files.slept()).toBe(2000);
      await untouched();
    },
  );

  it('is carried out as soon as the other program lets go', async () => {
    let held = 3;
    const files = steppingFiles((from, to) => (held-- > 0 ? Promise.reject(failure('EPERM')) : rename(from, to)));
    const { engine, read } = await setUp(files);

    await writeSecret(engine, 'new');

    expect(await read()).toEqual(bytesOf(FORMS.json, { ...AT_FIRST, designTime: 'new', runtime: 'new', anna: 'new' }));
  });

  it('is refused by prepare and by write where the file is read-only', async () => {
    const { engine, file, untouched } = await setUp();
    await chmod(file, 0o444);
    const { etag } = await engine.read();

    await expect(engine.prepare(etag)).rejects.toMatchObject({ code: 'file-read-only', status: 403 });
    await expect(writeSecret(engine, 'new')).rejects.toMatchObject({ code: 'file-read-only' });
    await untouched();
  });

  it('is refused where the file would get too large to be read back', async () => {
    const { engine, file } = await setUp();
    const full = Buffer.alloc(10 * 1024 * 1024, '/');
    bytesOf(FORMS.json).copy(full);
    await writeFile(file, full);
    await expect(writeSecret(engine, 'a'.repeat(60))).rejects.toMatchObject({ code: 'file-too-large' });
    expect(full.equals(await readFile(file))).toBe(true);
  });

  it.each<[string, ProblemCode, (file: string) => Promise<unknown>]>([
    ['a folder', 'file-not-found', (file) => rm(file).then(() => mkdir(file))],
    ['a link', 'file-is-a-link', (file) => rename(file, `${file}.real`).then(() => symlink(`${file}.real`, file))],
    ['nothing', 'file-not-found', (file) => rm(file)],
  ])('is refused where the file has become %s since it was read: %s', async (_, code, change) => {
    const { engine, file } = await setUp();
    const { etag: ifMatch } = await engine.read();
    await change(file);
    const written = engine.write({ id: 'test', ifMatch, change: withSecret('new') });
    await expect(written).rejects.toMatchObject({ code });
    const beside = await readFile(`${file}.real`).catch(() => bytesOf(FORMS.json));
    expect(beside).toEqual(bytesOf(FORMS.json));
  });

  it('is refused with 412 when a person edits the file at the last moment, and the edit stays', async () => {
    const { engine, file, read } = await setUp();
    const { etag } = await engine.read();
    const edit = JSON_TEXT.replace('"Name": "IFS Production"', '"Name": "Edited"');

    const failed = engine.write({
      id: 'test',
      ifMatch: etag,
      change: withSecret('new'),
      lastLook: () => writeFile(file, edit) as never,
    });

    await expect(failed).rejects.toMatchObject({ code: 'configuration-changed', status: 412 });
    expect((await read()).toString()).toBe(edit);
  });

  it('is refused with 412 when the file was edited since it was read', async () => {
    const { engine, file } = await setUp();
    const { etag } = await engine.read();
    await writeFile(file, JSON_TEXT.replace('2.50', '2.51'));

    await expect(engine.write({ id: 'test', ifMatch: etag, change: withSecret('new') })).rejects.toMatchObject({
      status: 412,
    });
  });

  it.each([
    ['a line break', 'a\nb', FORMS.text],
    ['a character that the encoding lacks', 'a😀b', FORMS.text],
    ['a control character', 'a\u0001b', FORMS.xml],
  ])('is refused where the file cannot hold %s', async (_, secret, form) => {
    const { engine, untouched } = await setUp(undefined, form);

    await expect(writeSecret(engine, secret)).rejects.toMatchObject({ code: 'value-not-writable', status: 400 });
    await untouched();
  });

  it('is refused when the settings fix a value that would have to change', async () => {
    const folder = await folders();
    const { file, read } = await fileIn(folder);
    const { sections } = FORMS.json.adapter as { sections: { designTime: object } };
    const designTime = { ...sections.designTime, scopes: { value: 'openid' } };
    const adapter = { ...FORMS.json.adapter, file, sections: { ...sections, designTime } };

    await expect(writeSecret(await engineOf(settingsIn(folder, adapter)), 'new')).rejects.toMatchObject({
      code: 'fixed-value-differs',
    });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it('is refused when a place would not be the whole of the new value: the rest of it would stay at the next write', async () => {
    const folder = await folders();
    const { file, read } = await fileIn(folder, {
      ...FORMS.text,
      text: (secrets) => FORMS.text.text({ ...secrets, designTime: 'old' }),
    });
    const before = await read();
    const { sections } = FORMS.text.adapter as { sections: { designTime: object } };
    const designTime = { ...sections.designTime, clientSecret: '^DESIGN_SECRET=(\\w{3})' };
    const adapter = { ...FORMS.text.adapter, file, sections: { ...sections, designTime } };

    const failed = writeSecret(await engineOf(settingsIn(folder, adapter)), 'longer');

    await expect(failed).rejects.toMatchObject({ code: 'change-too-wide' });
    expect(await read()).toEqual(before);
  });
});
