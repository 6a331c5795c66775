import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetScheduleCommand, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import { type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-stacks';
const IDS = ['acme-prod', 'globex-prod'] as const;
const { timeouts: TIMEOUTS } = await patience({ function: 25, http: 3 });
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

  it('refuses settings that another hand changed in the schedule, and sends no secret anywhere', async () => {
    const [, id] = IDS;
    const before = await stage.agreed(id);
    const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = await stage.scheduler.send(
      new GetScheduleCommand({ Name: id, GroupName: PREFIX }),
    );
    const Input = (Target?.Input ?? '').replace(`configurations/${id}"`, 'configurations/elsewhere"');
    expect(Input).not.toBe(Target?.Input);
    const same = { Name, GroupName, ScheduleExpression, FlexibleTimeWindow };
    await stage.scheduler.send(
      new UpdateScheduleCommand({ ...same, Target: { Arn: Target?.Arn, RoleArn: Target?.RoleArn, ...Target, Input } }),
    );
    const reads = stage.connectorOutput().split('elsewhere').length;

    expect(await stage.rotate(id)).toMatchObject({ code: 'settings-invalid', nothingChanged: true });
    expect(stage.connectorOutput().split('elsewhere')).toHaveLength(reads);
    expect(await stage.agreed(id)).toBe(before);
  });
});
