import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { transcript } from './support/csr.ts';
import { openStage, type Stage } from './support/stage.ts';

const HEAD = 'Secret ID;Form;Username;Value';

describe('csr access set --from-file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-access-'));
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stage.close();
  });

  let files = 0;
  const written = (rows: readonly string[], mode = 0o600) => {
    const file = join(folder, `${files++}.csv`);
    writeFileSync(file, `\uFEFF${rows.join('\r\n')}\r\n`, { mode });
    return file;
  };
  const nameOf = (name: string) => `${stage.stack.prefix}-access/${name}`;
  const storedJson = async (name: string) => JSON.parse(await stage.stored(nameOf(name)));

  it('creates and replaces what its rows say, and says to delete the file', async () => {
    await stage.csr(['access', 'set', nameOf('a/iam'), '--form', 'clientSecret'], { input: 'canary-old' });
    const file = written([
      HEAD,
      `${nameOf('a/iam')};clientSecret;;canary-1`,
      '',
      `${nameOf('a/connector')};TOKEN;;canary-2`,
      `${nameOf('a/warehouse')};basic;flow;" canary;""3"" "`,
    ]);
    const { exit, stdout } = await stage.csr(['access', 'set', '--from-file', file]);
    expect([exit, stdout]).toEqual([
      0,
      `2 created, 1 replaced, 0 unchanged, 0 failed.\nDelete ${file}: it holds secrets.\n`,
    ]);
    expect(await storedJson('a/iam')).toEqual({ clientSecret: 'canary-1' });
    expect(await storedJson('a/connector')).toEqual({ token: 'canary-2' });
    expect(await storedJson('a/warehouse')).toEqual({ username: 'flow', password: ' canary;"3" ' });
  });

  it('goes on where another time ended: what is set already is not written', async () => {
    const rows = [HEAD, `${nameOf('b/1')};token;;canary-4`];
    await stage.csr(['access', 'set', '--from-file', written(rows)]);
    const more = written([...rows, `${nameOf('b/2')};token;;canary-5`]);
    const { exit, json } = await stage.csr(['access', 'set', '--from-file', more, '--json']);
    expect([exit, json()]).toMatchObject([0, { created: 1, replaced: 0, unchanged: 1, failed: 0 }]);
  });

  it('takes stdin, and a form for all rows', async () => {
    const args = ['access', 'set', '--from-file', '-', '--form', 'token', '--json'];
    const { exit, json } = await stage.csr(args, { input: `name,token\n${nameOf('c/1')},canary-6\n` });
    expect([exit, json()]).toMatchObject([0, { created: 1 }]);
    expect(await storedJson('c/1')).toEqual({ token: 'canary-6' });
  });

  it.each([0o640, 0o604, 0o620])('refuses a file of mode %d, which others have a right to', async (mode) => {
    const file = written([HEAD, `${nameOf('d/1')};token;;canary-7`]);
    chmodSync(file, mode);
    const { exit, stderr } = await stage.csr(['access', 'set', '--from-file', file]);
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/by others than its owner[\s\S]*nothing was read[\s\S]*chmod 600/),
    ]);
    await expect(stage.stored(nameOf('d/1'))).rejects.toThrow();
  });

  it('tells all faults of all rows, and writes nothing', async () => {
    const file = written([
      HEAD,
      `${nameOf('e/1')};token;;canary-8`,
      `another-access/e/2;token;;canary-9`,
      `${nameOf('e/1')};pigeon;;canary-10`,
      `${nameOf('e/3')};token;flow;canary 11`,
      `${nameOf('e/4')};basic;;`,
    ]);
    const { exit, json } = await stage.csr(['access', 'set', '--from-file', file, '--json']);
    const { faults } = json<{ faults: { row: number; column: string }[] }>();
    expect([exit, faults.map(({ row, column }) => [row, column])]).toEqual([
      1,
      [
        [3, 'Secret ID'],
        [4, 'Secret ID'],
        [4, 'Form'],
        [5, 'Username'],
        [5, 'Value'],
        [6, 'Username'],
        [6, 'Value'],
      ],
    ]);
    await expect(stage.stored(nameOf('e/1'))).rejects.toThrow();
  });

  it('tells what failed in a table, sets the others, and ends with 3', async () => {
    const file = written([HEAD, `${nameOf('f/gone')};token;;canary-12`, `${nameOf('f/2')};token;;canary-13`]);
    await stage.stack.secretsManager.send(new CreateSecretCommand({ Name: nameOf('f/gone'), SecretString: '{}' }));
    await stage.stack.secretsManager.send(new DeleteSecretCommand({ SecretId: nameOf('f/gone') }));
    const { exit, stdout } = await stage.csr(['access', 'set', '--from-file', file]);
    expect([exit, stdout]).toEqual([
      3,
      expect.stringMatching(
        /^ROW +SECRET [\s\S]*\n2 .*f\/gone .*\n\n1 created, .*1 failed\.\nRepeat the command for the rest/,
      ),
    ]);
    expect(await storedJson('f/2')).toEqual({ token: 'canary-13' });
  });

  it('has shown no value, in no answer and in no error', () => {
    expect(transcript.length).toBeGreaterThan(10);
    expect(transcript.join('\n')).not.toContain('canary');
  });
});
