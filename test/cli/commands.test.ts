import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Plan } from '../../functions/credential/plan.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import { configurationOf } from '../../local/demo/fleet/settings.ts';
import { OPERATOR } from '../../local/embedded-stack/names.ts';
import { transcript } from './support/csr.ts';
import { openStage, type Stage } from './support/stage.ts';

const OVER_HTTPS = { iam: 'keycloak', via: 'https' } as const;
const ACME = { id: 'acme-prod', realm: 'acmeprod', overlap: true, ...OVER_HTTPS };
const BROKEN = { id: 'broken-prod', realm: 'brokenprod', overlap: false, ...OVER_HTTPS };

describe('csr on a deployment', () => {
  const secrets = new Set<string>();
  let stage: Stage;
  let credential: Credential;
  const keep = () => secrets.add(stage.secretOf(ACME.realm));
  beforeAll(async () => {
    stage = await openStage();
    credential = await stage.onboard(ACME);
    keep();
  });
  afterAll(() => stage.close());

  it('status: shows a credential that was never rotated', async () => {
    const { exit, stdout } = await stage.csr(['status', ACME.id]);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('never: the first run is still to come')]);
  });

  it('plan: says what the first run would do, and leaves the secret without a value', async () => {
    const { exit, stdout } = await stage.csr(['plan', ACME.id]);
    expect([exit, stdout]).toEqual([
      0,
      expect.stringMatching(/nothing was changed[\s\S]*first-run[\s\S]*IFS Production +https/),
    ]);
    await expect(stage.stored(`${stage.stack.prefix}/${ACME.id}`)).rejects.toThrow();
  });

  it('rotate --wait: adopts at the first run', async () => {
    const { exit, stdout } = await stage.csr(['rotate', ACME.id, '--wait', '--reason', 'first run']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('acme-prod: adopted. First run:')]);
    expect(stdout).toMatch(/ {2}rotation +[0-9a-f-]{36}\n/);
  });

  it('rotate: ends with 4 within a lease of the last change, and says when to repeat it', async () => {
    const { exit, stdout, stderr } = await stage.csr(['rotate', ACME.id]);
    expect([exit, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(
      /^csr: acme-prod: .* \(too-soon\)\n {2}why .*\n {2}state {2}nothing was changed\n {2}do .*Not before \d+ s/,
    );
  });

  it('rotate --json: prints the rotation and nothing else; without it, tells who has what', async () => {
    stage.pass();
    const ended = await stage.csr(['rotate', ACME.id, '--json', '--reason', 'suspected leak']);
    keep();
    const { outcome, reason, requestedBy } = ended.json<Rotation>();
    expect([ended.exit, outcome, reason, requestedBy]).toEqual([0, 'rotated', 'suspected leak', OPERATOR.userArn]);
    stage.pass();
    const { stdout } = await stage.csr(['rotate', ACME.id]);
    keep();
    expect(stdout).toContain('IFS Production: has the current secret (written; 2 sections written)');
  });

  it('a failure with --json: prints the problem, with its words on stderr', async () => {
    const { exit, stderr, json } = await stage.csr(['rotate', ACME.id, '--json']);
    expect([exit, json()]).toMatchObject([4, { code: 'too-soon', nothingChanged: true }]);
    expect(stderr).toContain('state  nothing was changed');
  });

  it('status --json and list --json: print what the API tells', async () => {
    const status = await stage.csr(['status', ACME.id, '--json']);
    const list = await stage.csr(['list', '--json']);
    const view = status.json<CredentialView>();
    expect(view).toMatchObject({ id: ACME.id, pending: false, ageDays: 0 });
    expect([list.exit, list.json()]).toEqual([0, { credentials: [view] }]);
  });

  it('list: is a table', async () => {
    const { stdout } = await stage.csr(['list']);
    expect(stdout).toMatch(
      /^ID +CLIENT +AGE +ROTATED +SCHEDULE +NOTES\nacme-prod +NC_Flow_ClientCredentials +0 d +\d{4}-/,
    );
  });

  it('plan --json: prints the plan', async () => {
    const { exit, json } = await stage.csr(['plan', ACME.id, '--json']);
    const plan = json<Plan>();
    expect([exit, plan.state, plan.connectors[0]?.holds]).toEqual([0, 'at-rest', 'current']);
  });

  it('rollback: goes back to the secret before', async () => {
    stage.pass();
    const now = stage.secretOf(ACME.realm);
    const { exit, stdout } = await stage.csr(['rollback', ACME.id, '--reason', 'does not work in production']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('acme-prod: rotated.')]);
    expect(stage.secretOf(ACME.realm)).not.toBe(now);
    expect(secrets).toContain(stage.secretOf(ACME.realm));
  });

  it('revoke: ends the previous secret, and says so', async () => {
    stage.pass();
    const { exit, stdout } = await stage.csr(['revoke', ACME.id, '--wait', '--reason', 'secret was in a ticket']);
    keep();
    expect([exit, stdout]).toEqual([0, expect.stringContaining('ended: the IAM refuses it')]);
  });

  it.each(['revoke', 'rollback'])('%s: wants a reason', async (command) => {
    const { exit, stderr } = await stage.csr([command, ACME.id]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("required option '--reason <text>'")]);
  });

  it('rotate: ends with 1 where there is no such credential', async () => {
    const { exit, stderr } = await stage.csr(['rotate', 'nobody-prod']);
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/nobody-prod: .* \(credential-unknown\)[\s\S]*nothing was changed/),
    ]);
  });

  it('doctor: finds nothing wrong', async () => {
    const early = await stage.csr(['doctor']);
    expect([early.exit, early.stdout]).toEqual([0, expect.stringMatching(/acme-prod +ok +at-rest; .*last lease/)]);
    stage.pass();
    const { exit, stdout } = await stage.csr(['doctor']);
    expect([exit, stdout]).toEqual([
      0,
      expect.stringMatching(
        /stack +ok[\s\S]*API +ok[\s\S]*clock +ok[\s\S]*acme-prod +ok +at-rest[\s\S]*Nothing is wrong\.\n$/,
      ),
    ]);
  });

  it('status, list: tell when a credential was audited, and what was found', async () => {
    expect((await stage.csr(['status', ACME.id])).stdout).toMatch(/ {2}audited +never: the first audit/);
    // What was planned for after the last run has come, and changed a label: within a lease of that a difference tells nothing.
    stage.pass();
    stage.stack.connector.configure(ACME.id, configurationOf(credential, 'entered-by-hand'));
    await stage.audit(ACME.id);
    const { stdout } = await stage.csr(['status', ACME.id]);
    expect(stdout).toMatch(/ {2}audited +\d{4}-.*Z\n/);
    expect(stdout).toMatch(
      /\n {2}finding connector-differs: IFS Production holds another .* \(since \d{4}-.*Z\)\n {4}do: Ask who changed/,
    );
    expect((await stage.csr(['list'])).stdout).toMatch(/ findings: connector-differs\n/);
    stage.stack.connector.configure(ACME.id, configurationOf(credential, stage.secretOf(ACME.realm)));
    await stage.audit(ACME.id);
    expect((await stage.csr(['status', ACME.id])).stdout).toMatch(/ {2}audited +\d{4}-.*Z, nothing found\n/);
  });

  it('doctor: names a credential that could not be rotated, and what to do', async () => {
    await stage.onboard(BROKEN, ({ connectors }) => ({
      connectors: connectors.map((one) => ({
        ...one,
        auth: { type: 'bearer', secretId: 'client-secret-rotation-access/broken-prod/absent' },
      })),
    }));
    const { exit, json } = await stage.csr(['doctor', '--json']);
    expect([exit, json()]).toMatchObject([1, { ok: false }]);
    const { findings } = json<{ findings: { check: string }[] }>();
    expect(findings.find(({ check }) => check === BROKEN.id)).toEqual({
      check: BROKEN.id,
      result: 'wrong',
      detail: expect.stringMatching(/^access-secret-invalid: /),
      next: expect.stringMatching(/^Put the JSON document/),
    });
    expect(findings.find(({ check }) => check === ACME.id)).toMatchObject({ result: 'ok' });
  });

  it('rotate: ends with 1 where the run was refused', async () => {
    const { exit, stderr } = await stage.csr(['rotate', BROKEN.id]);
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/broken-prod: .*access-secret-invalid[\s\S]*nothing was changed/),
    ]);
  });

  it('says which stack was looked for, and where', async () => {
    const { exit, stderr } = await stage.csr(['list', '--prefix', 'another']);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/stack another in eu-north-1 \(ValidationError\)[\s\S]*--prefix/);
  });

  it.each([
    ['no region', { AWS_REGION: undefined }, 'region', /--region/],
    ['no credentials', { AWS_ACCESS_KEY_ID: undefined }, 'AWS credentials', /aws sso login/],
    ['keys that may not call the API', { AWS_ACCESS_KEY_ID: 'AKIASOMEBODYELSE' }, 'API', /execute-api:Invoke/],
  ])('doctor: tells %s, and what to do', async (_what, env, check, next) => {
    const { exit, json } = await stage.csr(['doctor', '--json'], { env });
    const { findings } = json<{ findings: { check: string; result: string; next?: string }[] }>();
    const found = findings.find((one) => one.check === check);
    expect([exit, found]).toEqual([1, expect.objectContaining({ result: 'wrong', next: expect.stringMatching(next) })]);
  });

  it('has shown no secret, in no answer and in no error', () => {
    const all = transcript.join('\n');
    expect(secrets.size).toBeGreaterThanOrEqual(3);
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).not.toContain(OPERATOR.secretAccessKey);
    expect(all).not.toContain('connector-access-token');
  });
});
