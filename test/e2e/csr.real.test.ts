import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteScheduleCommand, GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { RunView } from '../../functions/api/contract/answers/run.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Plan } from '../../functions/credential/plan.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { type Ended, ROOT, type Surroundings, transcript } from '../cli/support/csr.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { createOperator, type Operator } from './csr/operators.ts';
import { findSecrets, writtenBy } from './scan.ts';
import { changeSettings } from './settings.ts';
import { CLIENT_ID, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-line';
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 45, http: 5 });

/** The operator's customer has the first four. */
const [PROD, TEST, PLACE, HAND, OTHER] = ['acme-prod', 'acme-test', 'acme-place', 'acme-hand', 'globex-prod'] as const;
const CONNECTOR = 'Flow Connect';
const CAST = [
  { id: PROD },
  { id: TEST },
  { id: PLACE, tags: { overlap: 'no' } },
  {
    id: HAND,
    iam: { type: 'manual', owner: 'IFS administrator' },
    connectors: [{ name: CONNECTOR, via: 'manual', owner: 'service desk' }],
    tags: { overlap: 'no' },
  },
  { id: OTHER },
];

describeReal('the command line, on the deployed system', ['keycloak', 'ministack'], () => {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}-`));
  let stage: Stage;
  let acme: Operator;
  let proxy: ChaosProxy;
  beforeAll(async () => {
    stage = await setStage(PREFIX, CAST, { timeouts: TIMEOUTS });
    acme = await createOperator(stage, 'acme');
    proxy = await startChaosProxy(new URL(connectorUrl()).origin);
  });
  afterAll(async () => {
    if (stage) await forgetPlans();
    await proxy?.close();
    await acme?.close();
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('access set: replaces the secret with which the rotator signs in', async () => {
    const name = `${PREFIX}-access/${PROD}/iam`;
    const { clientSecret } = JSON.parse(await stored(name)) as { clientSecret: string };
    const set = (id: string, input: string) => acme.csr(['access', 'set', id, '--form', 'clientSecret'], { input });
    expect(await set(name, `${clientSecret}\n`)).toMatchObject({ exit: 0, stdout: `${name} was replaced.\n` });
    expect(JSON.parse(await stored(name))).toEqual({ clientSecret });
    const another = `${PREFIX}-access/${PROD}/another`;
    expect(await set(another, 'a-secret')).toMatchObject({ exit: 0, stdout: `${another} was created.\n` });
    const others = await set(`${PREFIX}-access/${OTHER}/iam`, 'a-secret');
    expect([others.exit, others.stderr]).toEqual([1, expect.stringMatching(/AccessDenied[\s\S]*nothing was changed/)]);
  });

  it('plan and status: show a credential before its first run', async () => {
    const [plan, status] = await Promise.all([json<Plan>(['plan', PROD]), acme.csr(['status', PROD])]);
    expect(plan).toMatchObject({ credential: PROD, state: 'first-run' });
    expect([status.exit, status.stdout]).toEqual([0, expect.stringContaining('the first run is still to come')]);
  });

  it('rotate --wait: adopts, and tells on stderr how far it has come', async () => {
    const ids = [PROD, TEST, PLACE];
    const ended = await Promise.all(ids.map((id) => acme.csr(['rotate', id, '--wait', '--reason', 'first run'])));
    expect(ended.map(({ exit, stdout }) => [exit, stdout])).toEqual(
      ids.map((id) => [0, expect.stringContaining(`${id}: adopted.`)]),
    );
    expect(ended[0]?.stderr).toContain(`${PROD}: accepted\n`);
    for (const id of ids) expect(await stage.agreed(id)).toBe(stage.provisioned.get(id)?.clientSecret);
  });

  it('submit, reveal and ack: a person does both sides', async () => {
    const asked = await acme.csr(['rotate', HAND]);
    expect([asked.exit, asked.stdout]).toEqual([4, expect.stringMatching(/awaiting-person\.[\s\S]*csr submit/)]);
    const secret = stage.provisioned.get(HAND)?.clientSecret ?? '';
    const submitted = await acme.csr(['submit', HAND], { input: `${secret}\n` });
    expect([submitted.exit, submitted.stdout]).toEqual([0, expect.stringMatching(/adopted\.[\s\S]*csr ack/)]);
    expect(await revealed()).toBe(`${secret}\n`);
    const said = await acme.csr(['ack', HAND, CONNECTOR], { input: 'yes\n' });
    expect([said.exit, said.stdout]).toEqual([0, expect.stringContaining(`user/${PREFIX}-acme`)]);
    expect(await json<CredentialView>(['status', HAND])).toMatchObject({ tasks: [] });
    const older = await acme.csr(['ack', HAND, CONNECTOR, '--version', 'an-older-one']);
    expect([older.exit, older.stderr]).toEqual([1, expect.stringContaining('(version-not-current)')]);
  });

  it('rotate: ends with 4 within a lease of the last change', async () => {
    const { exit, stderr } = await acme.csr(['rotate', TEST]);
    expect([exit, stderr]).toEqual([
      4,
      expect.stringMatching(/\(too-soon\)[\s\S]*nothing was changed[\s\S]*Not before \d/),
    ]);
  });

  it('list, history: show what there is', async () => {
    const [list, text, csv] = await Promise.all([
      json<{ credentials: CredentialView[] }>(['list']),
      acme.csr(['history', PROD]),
      acme.csr(['history', PROD, '--csv', '--limit', '500']),
    ]);
    expect(list.credentials.map(({ id }) => id).sort()).toEqual([...stage.credentials.keys()].sort());
    expect([text.exit, text.stdout]).toEqual([0, expect.stringMatching(/adopted.*first run/)]);
    expect([csv.exit, csv.stdout]).toEqual([0, expect.stringMatching(/^requestedAt,.*\r\n.*,adopted,api,.*\r\n$/)]);
  });

  it('pause and resume: set the schedule', async () => {
    const state = async () =>
      (await stage.scheduler.send(new GetScheduleCommand({ GroupName: PREFIX, Name: PROD }))).State;
    expect(await acme.csr(['pause', PROD])).toMatchObject({ exit: 0 });
    expect(await state()).toBe('DISABLED');
    expect(await acme.csr(['resume', PROD])).toMatchObject({ exit: 0 });
    expect(await state()).toBe('ENABLED');
  });

  it("calls of another customer's credential: end with 1, and say which permission is missing", async () => {
    const calls = [
      ['rotate', OTHER],
      ['status', OTHER],
      ['pause', OTHER],
    ];
    const ended = await Promise.all(calls.map((args) => acme.csr(args)));
    expect(ended.map(({ exit, stdout, stderr }) => [exit, stdout, stderr])).toEqual(
      calls.map(() => [1, '', expect.stringMatching(/HTTP 403\)[\s\S]*nothing was changed[\s\S]*execute-api:Invoke/)]),
    );
    const read = await acme.csr(['reveal', OTHER, '--stdout']);
    expect([read.exit, read.stdout, read.stderr]).toEqual([1, '', expect.stringContaining('AccessDenied')]);
  });

  it('finds the API by the stack, and says where nothing was found', async () => {
    const env = { CSR_API_URL: undefined };
    const [found, absent] = await Promise.all([
      acme.csr(['status', PROD], { env }),
      acme.csr(['list', '--prefix', 'csr-nobody'], { env }),
    ]);
    // What MiniStack says of itself is an address of AWS.
    expect(found.stderr).toContain(`The API at https://${stage.deployment.outputs.ApiId}.execute-api.`);
    expect([absent.exit, absent.stderr]).toEqual([1, expect.stringMatching(/stack csr-nobody in eu-north-1/)]);
  });

  it('doctor: finds nothing wrong but what this operator may not see', async () => {
    const { exit, json: value } = await acme.csr(['doctor', '--json']);
    const { findings } = value<{ findings: { check: string; result: string }[] }>();
    const wrong = findings.filter(({ result }) => result !== 'ok').map(({ check }) => check);
    expect([exit, wrong]).toEqual([1, [OTHER]]);
    expect(findings.length).toBe(5 + CAST.length);
  });

  it('fleet and completion: need no AWS', async () => {
    const file = join(folder, 'fleet.json');
    const url = 'https://initech.example.com/auth/realms/initech/protocol/openid-connect/token';
    const answers = ['initech-prod', url, '', '', 'no', '', '', 'manual', '', 'no', '', 'UTC', ''];
    const added = await acme.csr(['fleet', 'add', file], { input: `${answers.join('\n')}\n` });
    expect([added.exit, added.stdout]).toEqual([0, expect.stringContaining('initech-prod was added')]);
    expect(readFileSync(file, 'utf8')).toContain('"initech-prod"');
    const check = await acme.csr(['fleet', 'check', join(ROOT, 'credentials.example.json'), '--json'], {
      env: { CSR_PREFIX: undefined },
    });
    expect([check.exit, check.json()]).toMatchObject([0, { faults: [], credentials: 3 }]);
    const script = await acme.csr(['completion', 'bash']);
    expect([script.exit, script.stdout]).toEqual([0, expect.stringContaining('rollback')]);
  });

  it('ends with 2 when it is called in another way, and sends nothing', async () => {
    const ended = await Promise.all(
      [
        ['rotate', 'Not-An-Id'],
        ['revoke', PROD],
        ['reveal', PROD],
      ].map((args) => acme.csr(args)),
    );
    expect(ended.map(({ exit, stdout }) => [exit, stdout])).toEqual(ended.map(() => [2, '']));
  });

  it('rotate --idempotency-key: makes one rotation of three commands', async () => {
    await stage.pass(PROD, LEASE_MS);
    const key = ['--idempotency-key', crypto.randomUUID()];
    const args = ['rotate', PROD, '--wait', '--reason', 'suspected leak', ...key, '--json'];
    const ended = await Promise.all([1, 2, 3].map(() => acme.csr(args)));
    const rotations = ended.map(({ json: value }) => value<Rotation>());
    expect(ended.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(rotations[0]).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret', reason: 'suspected leak' });
    expect(new Set(rotations.map(({ rotationId }) => rotationId)).size).toBe(1);
    expect(await stage.agreed(PROD)).not.toBe(stage.provisioned.get(PROD)?.clientSecret);
    const { rotations: runs } = await json<{ rotations: RunView[] }>(['history', PROD]);
    expect(runs.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1);
  });

  it('rotate: ends with 4 during another run, which is not disturbed', async () => {
    const first = inTime(['rotate', TEST, '--wait']);
    const during = await meanwhile(TEST, first);
    expect(await first).toMatchObject({ exit: 0 });
    expect([during.exit, during.stderr]).toEqual([4, expect.stringMatching(/\((rotation-in-progress|too-soon)\)/)]);
    expect(await stage.agreed(TEST)).not.toBe(stage.provisioned.get(TEST)?.clientSecret);
  });

  it('submit: rotates to a secret that was refreshed', async () => {
    const { realm = '', uuid: id = '' } = stage.provisioned.get(HAND) ?? {};
    const { value = '' } = await stage.keycloak.api.clients.generateNewClientSecret({ realm, id });
    const ended = await inTime(['submit', HAND], { input: value });
    expect([ended.exit, ended.json()]).toMatchObject([0, { outcome: 'rotated', reason: 'a secret was submitted' }]);
    expect(await revealed()).toBe(`${value}\n`);
    const { versionId } = await json<CredentialView>(['status', HAND]);
    const said = await acme.csr(['ack', HAND, CONNECTOR, '--version', versionId ?? '', '--json']);
    expect([said.exit, said.json()]).toMatchObject([0, { versionId }]);
  });

  it('rotate: ends with 3 where it failed and something was changed', async () => {
    await changeSettings(stage, PLACE, { connectorUrl: `${proxy.url}${new URL(connectorUrl(PLACE)).pathname}` });
    proxy.meddle(async ({ method }, forward) =>
      method === 'PATCH' ? Response.json({}, { status: 412 }) : await forward(),
    );
    const { exit, json: value } = await inTime(['rotate', PLACE, '--wait']);
    const failure = { code: 'connector-conflict' };
    expect([exit, value()]).toMatchObject([3, { outcome: 'rolled-back', nothingChanged: false, failure }]);
    expect(await stage.agreed(PLACE)).toBe(stage.provisioned.get(PLACE)?.clientSecret);
  });

  it('rotate and doctor: end with 1 where a connector is away', async () => {
    const [port] = await freePorts(1);
    await changeSettings(stage, PLACE, { connectorUrl: `http://127.0.0.1:${port}/x` });
    const doctor = await acme.csr(['doctor']);
    expect([doctor.exit, doctor.stdout]).toEqual([
      1,
      expect.stringMatching(/acme-place +wrong +connector-unavailable/),
    ]);
    const { exit, stderr } = await inTime(['rotate', PLACE]);
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/acme-place: .*\(connector-unavailable\)[\s\S]*nothing was changed/),
    ]);
  });

  it('rollback: goes back to the secret before; revoke: ends the previous one', async () => {
    const [before, former] = [await stage.agreed(PROD), await stage.agreed(TEST)];
    const [back, revoked] = await Promise.all([
      inTime(['rollback', PROD, '--wait', '--reason', 'the new secret does not work in production']),
      inTime(['revoke', TEST, '--wait', '--reason', 'secret was in a ticket']),
    ]);
    expect([back.exit, back.json()]).toMatchObject([0, { outcome: 'rotated' }]);
    expect(await stage.agreed(PROD)).toBe(stage.provisioned.get(PROD)?.clientSecret);
    expect(await accepts(PROD, before)).toBe(true);
    expect([revoked.exit, revoked.json()]).toMatchObject([0, { outcome: 'rotated', previousRevoked: true }]);
    expect(await accepts(TEST, former)).toBe(false);
    expect(await accepts(TEST, await stage.agreed(TEST))).toBe(true);
  });

  it('has shown no secret but on demand', async () => {
    const { texts, secrets } = await writtenBy(stage);
    texts.push(...transcript.map((text) => ({ where: 'the command line', text })));
    expect(transcript.length).toBeGreaterThan(100);
    expect(secrets.length).toBeGreaterThan(8);
    expect(findSecrets(texts, secrets)).toEqual([]);
  });

  /** Stdout of a command that ends well, as JSON. */
  async function json<T>(args: readonly string[]): Promise<T> {
    const ended = await acme.csr([...args, '--json']);
    expect([ended.exit, ended.stderr]).toEqual([0, '']);
    return ended.json<T>();
  }

  /** A command about a credential, with `--json`; where it comes too early, time goes by until it no longer does. */
  async function inTime(args: readonly string[], surroundings?: Surroundings): Promise<Ended> {
    for (;;) {
      const ended = await acme.csr([...args, '--json'], surroundings);
      const { code, failure, retryAfter } = ended.json<{
        code?: string;
        failure?: { code: string };
        retryAfter?: number;
      }>();
      if ((code ?? failure?.code) !== 'too-soon') return ended;
      await stage.pass(args[1] ?? '', (retryAfter ?? 1) * 1000);
    }
  }

  /** What becomes of a rotation while another one is under way. */
  async function meanwhile(id: string, other: Promise<Ended>): Promise<Ended> {
    const over = other.then(() => true);
    const left = async () => await Promise.race([over, sleep(50, false)]);
    while (!(await stage.view(id)).pending) if (await left()) break;
    return await acme.csr(['rotate', id]);
  }

  /** The secret that was asked for is the only one in the transcript, so it is taken out. */
  async function revealed(): Promise<string> {
    const before = transcript.length;
    const { exit, stdout } = await acme.csr(['reveal', HAND, '--stdout']);
    transcript.splice(before);
    expect(exit).toBe(0);
    return stdout;
  }

  function connectorUrl(id: string = PROD): string {
    const [connector] = stage.credentials.get(id)?.connectors ?? [];
    return connector?.via === 'https' ? connector.url : '';
  }

  async function stored(SecretId: string): Promise<string> {
    return (await stage.secretsManager.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
  }

  async function accepts(id: string, secret: string): Promise<boolean> {
    const url = stage.credentials.get(id)?.accessTokenUrl.replace('/protocol/openid-connect/token', '') ?? '';
    return (await requestToken(url, { clientId: CLIENT_ID, secret })).status === 200;
  }

  /** Other suites share the emulator: nothing may fire when this one is over. */
  async function forgetPlans(): Promise<void> {
    const GroupName = `${PREFIX}-once`;
    const { Schedules = [] } = await stage.scheduler.send(new ListSchedulesCommand({ GroupName }));
    for (const { Name } of Schedules) await stage.scheduler.send(new DeleteScheduleCommand({ Name, GroupName }));
  }
});
