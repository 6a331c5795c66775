import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-stacks';
const IDS = ['acme-prod', 'globex-prod'] as const;
const { timeouts: TIMEOUTS, leaseMs: LEASE_MS } = await patience({ function: 25, http: 3 });
/** A busy machine is no fault. */
jest.setTimeout(600_000);

describeReal('a fleet of two stacks, deployed', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  /** The secrets before the first rotation, by credential. */
  const first = new Map<string, string>();

  beforeAll(async () => {
    const cast = IDS.map((id) => ({ id, grace: 'PT1H' }));
    stage = await setStage(PREFIX, cast, { timeouts: TIMEOUTS, stacks: { 'globex-prod': 'globex' } });
    for (const [id, { clientSecret }] of stage.provisioned) first.set(id, clientSecret);
  });

  afterAll(async () => {
    await stage?.close();
  });

  it('has each credential in the stack that its file names', async () => {
    const cloudFormation = new CloudFormationClient(stage.aws);
    const secretsIn = async (StackName: string) => {
      const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
      return StackResourceSummaries.filter(({ ResourceType }) => ResourceType === 'AWS::SecretsManager::Secret').map(
        ({ PhysicalResourceId = '' }) => PhysicalResourceId,
      );
    };
    expect(await secretsIn(PREFIX)).toEqual([expect.stringContaining(`${PREFIX}/acme-prod`)]);
    expect(await secretsIn(`${PREFIX}-Fleet-globex`)).toEqual([expect.stringContaining(`${PREFIX}/globex-prod`)]);
  });

  it.each(IDS)('rotates %s, whichever stack it lies in', async (id) => {
    expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
    expect(await stage.rotate(id)).toMatchObject({ outcome: 'rotated' });

    expect(await stage.agreed(id)).not.toBe(first.get(id));
  });

  describe('settings that another hand changed in the schedule', () => {
    const [neighbour, id] = IDS;
    const arrived: string[] = [];
    let stranger: Server;
    let written: string;

    beforeAll(async () => {
      stranger = await serve(async ({ url }) => {
        arrived.push(url);
        return new Response(null, { status: 404 });
      });
      written = await input();
    });

    afterAll(() => stranger?.close());

    it.each<[string, (text: string) => string]>([
      ['another configuration of the connector', (text) => text.replace(`configurations/${id}"`, 'configurations/x"')],
      ['another host for the secret', (text) => text.replaceAll(new URL(stage.connectorUrl).origin, stranger.url)],
      ["another host for the rotator's secret", (text) => text.replaceAll(realStack().keycloak.url, stranger.url)],
      [
        "another credential's access secret",
        (text) => text.replace(`${PREFIX}-access/${id}/iam`, `${PREFIX}-access/${neighbour}/iam`),
      ],
    ])('are refused, nothing is sent or changed, and the secret works: %s', async (_what, change) => {
      const before = [await stage.agreed(id), await labels()];
      expect(change(written)).not.toBe(written);
      await put(change(written));

      expect(await stage.rotate(id)).toMatchObject({ code: 'settings-invalid', nothingChanged: true });
      expect([await stage.agreed(id), await labels()]).toEqual(before);
      expect(arrived).toEqual([]);
    });

    it('keep no other credential from being rotated, and are taken again once they are put right', async () => {
      await stage.pass(neighbour, LEASE_MS);
      expect(await stage.rotate(neighbour)).toMatchObject({ outcome: 'rotated' });
      await put(written);
      await stage.pass(id, LEASE_MS);
      expect(await stage.rotate(id)).toMatchObject({ outcome: 'rotated' });
      expect(arrived).toEqual([]);
    });

    async function input(): Promise<string> {
      const { Target } = await stage.scheduler.send(new GetScheduleCommand({ Name: id, GroupName: PREFIX }));
      return Target?.Input ?? '';
    }

    async function put(Input: string): Promise<void> {
      const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = await stage.scheduler.send(
        new GetScheduleCommand({ Name: id, GroupName: PREFIX }),
      );
      const same = { Name, GroupName, ScheduleExpression, FlexibleTimeWindow };
      const target = { Arn: Target?.Arn, RoleArn: Target?.RoleArn, ...Target, Input };
      await stage.scheduler.send(new UpdateScheduleCommand({ ...same, Target: target }));
    }

    async function labels() {
      const describe = new DescribeSecretCommand({ SecretId: `${PREFIX}/${id}` });
      return (await stage.secretsManager.send(describe)).VersionIdsToStages;
    }
  });
});
