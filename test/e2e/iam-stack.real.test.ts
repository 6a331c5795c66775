import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Check } from '../../cli/iam/verify/checks.ts';
import { releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import { csr } from '../cli/support/csr.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { ADMINISTRATOR, addAdministrator, PASSWORD } from './iam/prepared-realm.ts';
import { type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-iam-stack';
const ID = 'acme-prod';

describeReal('csr iam, for a credential of the deployed fleet', ['keycloak', 'ministack'], () => {
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}-`));
  const fleet = join(folder, 'fleet.json');
  const wide = releaseOf(realStack().keycloak.version).fineGrained ? [] : ['--manage-clients'];
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(PREFIX, [{ id: ID, strategy: 'dual-secret' }]);
    writeFileSync(fleet, JSON.stringify({ credentials: [...stage.credentials.values()] }));
    await unprepare(stage, realm());
    await addAdministrator(stage.keycloak, realm());
  });
  afterAll(async () => {
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const realm = () => stage.provisioned.get(ID)?.realm ?? '';
  const run = (command: string, ...more: readonly string[]) => {
    const { accessKeyId, secretAccessKey } = stage.aws.credentials;
    const env = {
      AWS_ENDPOINT_URL: stage.aws.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: REGION,
      CSR_PREFIX: PREFIX,
    };
    const which = ['--id', ID, '--fleet', fleet, '-c', 'local=true', '--json'];
    return csr(['iam', command, ...which, ...more], { env, input: `${PASSWORD}\n` });
  };
  const wrongs = async () => {
    const ended = await run('verify', ...wide);
    const { checks } = ended.json<{ checks: Check[] }>();
    return {
      exit: ended.exit,
      on: checks.filter(({ result }) => ['missing', 'unclear', 'too-much'].includes(result)),
      checks,
    };
  };

  it('verify: finds that there is no rotator yet', async () => {
    const { exit, on } = await wrongs();
    expect([exit, on]).toEqual([1, [expect.objectContaining({ what: 'sign in', result: 'missing' })]]);
  });

  it('prepare: sets up what the fleet file says', async () => {
    const { exit, stdout, stderr } = await run('prepare', '--admin-user', ADMINISTRATOR, '--yes', ...wide);
    expect([exit, stderr]).toEqual([0, expect.stringContaining('create')]);
    expect(JSON.parse(stdout)).toMatchObject({ credentials: [ID], steps: 0, manual: [] });
    expect(await wrongs()).toMatchObject({ exit: 0, on: [] });
  });

  it('the deployed functions rotate with it, and keep the previous secret', async () => {
    const first = await stage.rotate(ID);
    expect(first.outcome).toBe('adopted');
    const second = await stage.rotate(ID);
    expect([second.outcome, second.strategy]).toEqual(['rotated', 'dual-secret']);
    expect(second.previousValidUntil).not.toBeNull();
    await stage.agreed(ID);
  });

  it('verify: writes nothing while a previous secret is valid', async () => {
    const { exit, checks } = await wrongs();
    const set = checks.find(({ what }) => what === 'set its secret');
    expect([exit, set]).toEqual([0, expect.objectContaining({ result: 'not-tried' })]);
    await stage.agreed(ID);
  });
});

/** Takes away what the stage has made for its rotator. */
async function unprepare({ keycloak: admin, credentials }: Stage, realm: string): Promise<void> {
  const { iam } = credentials.get(ID) ?? {};
  const clientId = iam?.type === 'keycloak' ? iam.auth.clientId : '';
  const { api } = admin;
  await admin.removeOverlapPolicy(realm);
  const [kept] = await api.clients.find({ realm, clientId: 'admin-permissions' });
  if (kept?.id) {
    const id = kept.id;
    const list = [(await api.clients.listPolicies({ realm, id, max: 100 })) || []].flat();
    for (const { id: policyId = '' } of list) await api.clients.delPolicy({ realm, id, policyId });
  }
  const [rotator] = await api.clients.find({ realm, clientId });
  await api.clients.del({ realm, id: rotator?.id ?? '' });
}
