import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import { CLIENT_ID } from '../../local/demo/fleet/customers.ts';
import { OPERATOR } from '../../local/embedded-stack/names.ts';
import { transcript, typeInto } from './support/csr.ts';
import { openStage, type Stage } from './support/stage.ts';

const OVER_HTTPS = { iam: 'keycloak', via: 'https' } as const;
const BY_HAND = { id: 'initech-test', realm: 'initechtest', overlap: true, ...OVER_HTTPS };
const MANUAL_IAM = { id: 'umbrella-prod', realm: 'umbrellaprod', overlap: false, ...OVER_HTTPS };
const CONNECTOR = 'Flow Connect "Ä"';
const PASSWORD = 'canary-Passw0rd "with\\quotes"';
const TOKEN = 'canary-token-4711';

describe('csr, where a person has a part', () => {
  let stage: Stage;
  let connectorToken: string;
  beforeAll(async () => {
    connectorToken = 'connector-access-token';
    stage = await openStage(connectorToken);
    await stage.onboard(BY_HAND, ({ connectors }) => ({
      connectors: [...connectors, { name: CONNECTOR, via: 'manual', within: 'PT2H', proof: 'attested' }],
    }));
    await stage.onboard(MANUAL_IAM, () => ({ iam: { type: 'manual', within: 'P7D' } }));
  });
  afterAll(() => stage.close());

  /** Asked for, and thus shown. */
  const revealed: string[] = [];
  const view = async (id: string) => (await stage.csr(['status', id, '--json'])).json<CredentialView>();

  it('rotate and status: name what a person has to do', async () => {
    const { exit, stdout } = await stage.csr(['rotate', BY_HAND.id]);
    expect([exit, stdout]).toEqual([
      0,
      expect.stringMatching(/task: enter version [0-9a-f-]{36} in Flow Connect "Ä", then csr ack \(due /),
    ]);
    expect((await stage.csr(['status', BY_HAND.id])).stdout).toContain('task: enter version');
  });

  it('reveal: wants to be told where the secret goes', async () => {
    const { exit, stdout } = await stage.csr(['reveal', BY_HAND.id]);
    expect([exit, stdout]).toEqual([2, '']);
  });

  it('reveal --clipboard: feeds the clipboard by stdin, and shows nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clipboard-'));
    const program = join(folder, 'wl-copy');
    writeFileSync(program, `#!/bin/sh\ncat > ${folder}/content\necho "$@" > ${folder}/arguments\n`);
    chmodSync(program, 0o755);
    const PATH = [folder, process.env.PATH].join(delimiter);
    const { exit, stdout, stderr } = await stage.csr(['reveal', BY_HAND.id, '--clipboard'], { env: { PATH } });
    expect([exit, stdout]).toEqual([0, expect.stringContaining('clientSecret is in the clipboard (wl-copy)')]);
    expect(stderr).toContain('CloudTrail records who read it');
    expect(readFileSync(join(folder, 'content'), 'utf8')).toBe(stage.secretOf(BY_HAND.realm));
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toBe('\n');
  });

  it('reveal --stdout: prints a field and nothing else', async () => {
    const before = transcript.length;
    const { exit, stdout } = await stage.csr(['reveal', BY_HAND.id, '--stdout']);
    const client = await stage.csr(['reveal', BY_HAND.id, '--stdout', '--field', 'clientId']);
    const { json } = await stage.csr(['reveal', BY_HAND.id, '--stdout', '--json']);
    revealed.push(...transcript.splice(before));
    const secret = stage.secretOf(BY_HAND.realm);
    expect([exit, stdout, client.stdout]).toEqual([0, `${secret}\n`, `${CLIENT_ID}\n`]);
    expect(json()).toEqual({ credential: BY_HAND.id, versionId: expect.any(String), clientSecret: secret });
  });

  it('ack: refuses a version that is not the current one', async () => {
    const { exit, stderr } = await stage.csr(['ack', BY_HAND.id, CONNECTOR, '--version', 'an-older-one']);
    expect([exit, stderr]).toEqual([1, expect.stringContaining('(version-not-current)')]);
  });

  it('ack: asks before it acknowledges the current version, and takes no for an answer', async () => {
    const { exit, stderr } = await stage.csr(['ack', BY_HAND.id, CONNECTOR], { input: '\n' });
    expect([exit, stderr]).toEqual([1, expect.stringContaining('Nothing was acknowledged')]);
    expect((await view(BY_HAND.id)).tasks).toHaveLength(1);
  });

  it('ack: notes the word of whoever signs', async () => {
    const { versionId } = await view(BY_HAND.id);
    const { exit, stdout, stderr } = await stage.csr(['ack', BY_HAND.id, CONNECTOR], { input: 'yes\n' });
    expect(stderr).toContain(`was version ${versionId} entered in ${CONNECTOR}`);
    expect([exit, stdout]).toEqual([0, expect.stringContaining(`by the word of ${OPERATOR.userArn}`)]);
    expect((await view(BY_HAND.id)).tasks).toEqual([]);
  });

  it('submit: puts the secret into the inbox, and the rotation takes it from there', async () => {
    const first = stage.secretOf(MANUAL_IAM.realm);
    const adopted = await stage.csr(['submit', MANUAL_IAM.id], { input: `${first}\n` });
    expect([adopted.exit, adopted.stdout]).toEqual([0, expect.stringContaining('umbrella-prod: adopted.')]);

    stage.pass();
    const { id } = stage.stack.iam.findClient(MANUAL_IAM.realm, CLIENT_ID) ?? { id: '' };
    const second = stage.stack.iam.regenerateSecret(MANUAL_IAM.realm, id);
    const rotated = await stage.csr(['submit', MANUAL_IAM.id, '--json'], { input: second });
    expect([rotated.exit, rotated.json()]).toMatchObject([0, { outcome: 'rotated', reason: 'a secret was submitted' }]);
    expect(JSON.parse(await stage.stored(`${stage.stack.prefix}/${MANUAL_IAM.id}`)).clientSecret).toBe(second);
    expect(await stage.stored(`${stage.stack.prefix}-inbox/${MANUAL_IAM.id}`)).toBe('{}');
  });

  it('rotate: ends with 4 where it is a person who has to act first', async () => {
    stage.pass();
    const { exit, stdout } = await stage.csr(['rotate', MANUAL_IAM.id]);
    expect([exit, stdout]).toEqual([4, expect.stringMatching(/awaiting-person\.[\s\S]*csr submit/)]);
  });

  it.each([
    ['nothing', ''],
    ['a mask', '********\n'],
    ['two lines', 'canary-1\ncanary-2\n'],
    ['a document', '{"clientSecret":"canary-3"}'],
  ])('submit: refuses %s, and repeats none of it', async (_what, input) => {
    const { exit, stdout, stderr } = await stage.csr(['submit', MANUAL_IAM.id], { input });
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).not.toMatch(/canary|\*\*/);
  });

  it('submit: says that a credential has no inbox', async () => {
    const { exit, stderr } = await stage.csr(['submit', BY_HAND.id], { input: 'canary-4' });
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/ResourceNotFoundException[\s\S]*IAM is manual has an inbox/),
    ]);
  });

  it('access set: creates a secret, and replaces it', async () => {
    const name = `${stage.stack.prefix}-access/acme-prod/connector`;
    const created = await stage.csr(['access', 'set', name, '--form', 'token'], { input: `${TOKEN}\n` });
    expect([created.exit, created.stdout]).toEqual([0, `${name} was created.\n`]);
    expect(await stage.stored(name)).toBe(JSON.stringify({ token: TOKEN }));

    const basic = ['access', 'set', name, '--form', 'basic', '--username', 'flow', '--json'];
    const replaced = await stage.csr(basic, { input: PASSWORD });
    expect([replaced.exit, replaced.json()]).toEqual([0, { secretId: name, form: 'basic', done: 'replaced' }]);
    expect(JSON.parse(await stage.stored(name))).toEqual({ username: 'flow', password: PASSWORD });
  });

  it('access set: takes certificates as the JSON document that is stored', async () => {
    const name = `${stage.stack.prefix}-access/acme-prod/iam-tls`;
    const args = ['access', 'set', name, '--form', 'tls'];
    const document = { ca: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' };
    expect(await stage.csr(args, { input: `${JSON.stringify(document, null, 2)}\n` })).toMatchObject({ exit: 0 });
    expect(JSON.parse(await stage.stored(name))).toEqual(document);
    for (const input of [document.ca, '{"certificate":"x"}', '{}', JSON.stringify({ ...document, Ca: '' })]) {
      const { exit, stderr } = await stage.csr(args, { input });
      expect([exit, stderr]).toEqual([2, expect.stringContaining('is not a JSON document with ca')]);
    }
    expect(JSON.parse(await stage.stored(name))).toEqual(document);
  });

  it('access set: takes a file as Windows writes it', async () => {
    const name = `${stage.stack.prefix}-access/acme-prod/windows`;
    const args = ['access', 'set', name, '--form', 'clientSecret'];
    expect(await stage.csr(args, { input: `\uFEFF${TOKEN}\r\n` })).toMatchObject({ exit: 0 });
    expect(JSON.parse(await stage.stored(name))).toEqual({ clientSecret: TOKEN });
    const utf16 = await stage.csr(args, { input: '\uFEFFc\0a\0n\0a\0r\0y\0' });
    expect([utf16.exit, utf16.stderr]).toEqual([2, expect.stringContaining('has a control character')]);
  });

  it.each([
    ['a name of another deployment', 'another-access/acme-prod/iam', 'canary-5'],
    ['a secret in the place of the name', 'canary-6/with+slash==', 'x'],
    ['a token with a blank', 'client-secret-rotation-access/acme-prod/x', 'canary-7 canary-8'],
  ])('access set: refuses %s, and repeats no value', async (_what, name, input) => {
    const before = transcript.length;
    const { exit, stdout, stderr } = await stage.csr(['access', 'set', name, '--form', 'token'], { input });
    transcript.splice(before, 1);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).not.toContain('canary');
  });

  // A terminal is what Python's standard library can give to a process, and Node's can't.
  const python = spawnSync('python3', ['-c', 'import pty']).status === 0;
  (python ? it : it.skip)('access set: asks at a prompt that shows nothing of the answer', async () => {
    const name = `${stage.stack.prefix}-access/acme-prod/typed`;
    const args = ['access', 'set', name, '--form', 'token'];
    const { output, status } = await typeInto(args, stage.env, 'canary-typo\x7fed\r');
    expect([status, output]).toEqual([
      0,
      expect.stringMatching(/^token for .*\/typed \(hidden\): \r\n.*\/typed was created\.\r\n$/),
    ]);
    expect(JSON.parse(await stage.stored(name))).toEqual({ token: 'canary-typed' });
    const left = await typeInto(args, stage.env, 'canary-left\x03');
    expect([left.status, left.output]).toEqual([2, expect.stringContaining('The prompt was left')]);
  });

  it('has shown no secret but on demand', () => {
    const all = transcript.join('\n');
    const secrets = [stage.secretOf(BY_HAND.realm), stage.secretOf(MANUAL_IAM.realm), connectorToken, 'canary'];
    for (const secret of [...secrets, OPERATOR.secretAccessKey]) expect(all).not.toContain(secret);
    expect(revealed.join('\n')).toContain(stage.secretOf(BY_HAND.realm));
  });
});
