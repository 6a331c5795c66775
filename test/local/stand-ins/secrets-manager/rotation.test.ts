import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import type { RotationEvent } from '../../../../local/stand-ins/secrets-manager/model.ts';
import { bench, DAY } from './bench.ts';

const SecretId = 'acme';
const RotationLambdaARN = 'arn:aws:lambda:eu-north-1:123456789012:function:rotate';
const V1 = '1'.repeat(32);
const V2 = '2'.repeat(32);
const V3 = '3'.repeat(32);
const REFUSED = { name: 'InvalidRequestException' };

/** A rotation function after the book, which notes its calls and fails at one step. */
function rotator(failAt?: RotationEvent['Step']) {
  const events: [string, RotationEvent][] = [];
  let client: SecretsManagerClient;
  const invokeRotation = async (arn: string, event: RotationEvent) => {
    events.push([arn, event]);
    if (event.Step === failAt) throw new Error('failed on purpose');
    if (event.Step === 'createSecret') {
      const { ClientRequestToken } = event;
      const pending = { ClientRequestToken, SecretString: 'two', VersionStages: ['AWSPENDING'] };
      await client.send(new PutSecretValueCommand({ SecretId: event.SecretId, ...pending }));
    }
    if (event.Step === 'finishSecret') {
      const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: event.ClientRequestToken, RemoveFromVersionId: V1 };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId: event.SecretId, ...move }));
    }
  };
  const world = bench({ invokeRotation });
  client = world.client;
  return { ...world, events, steps: () => events.map(([, { Step }]) => Step) };
}

async function created(world: ReturnType<typeof rotator>): Promise<void> {
  const secret = { Name: SecretId, SecretString: 'one', ClientRequestToken: V1 };
  await world.client.send(new CreateSecretCommand(secret));
}

const rotate = (options: object = {}) =>
  new RotateSecretCommand({ SecretId, RotationLambdaARN, ClientRequestToken: V2, ...options });
const stages = ({ engine }: ReturnType<typeof rotator>) =>
  Object.fromEntries(engine.versions(SecretId).map((version) => [version.id, version.stages.sort()]));

describe('RotateSecret', () => {
  it('calls the function with the four steps in order, each with Step, SecretId and ClientRequestToken', async () => {
    const world = rotator();
    await created(world);
    const { ARN, VersionId } = await world.client.send(rotate());
    await world.engine.settled();
    expect(VersionId).toBe(V2);
    expect(world.steps()).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
    for (const [arn, event] of world.events) {
      expect(arn).toBe(RotationLambdaARN);
      expect(event).toMatchObject({ SecretId: ARN, ClientRequestToken: V2, RotationToken: expect.any(String) });
    }
    expect(stages(world)).toEqual({ [V1]: ['AWSPREVIOUS'], [V2]: ['AWSCURRENT', 'AWSPENDING'] });
  });

  it('labels a version without value AWSPENDING before the first step, which can not be read', async () => {
    const world = rotator('createSecret');
    await created(world);
    await world.client.send(rotate());
    await world.engine.settled();
    expect(world.engine.versions(SecretId).at(-1)).toMatchObject({ id: V2, stages: ['AWSPENDING'] });
    const read = world.client.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPENDING' }));
    await expect(read).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is refused while AWSPENDING is on another version than AWSCURRENT, and not when on the same', async () => {
    const world = rotator('setSecret');
    await created(world);
    await world.client.send(rotate());
    await world.engine.settled();
    expect(world.steps()).toEqual(['createSecret', 'setSecret']);
    await expect(world.client.send(rotate({ ClientRequestToken: V3 }))).rejects.toMatchObject(REFUSED);
    const promote = { VersionStage: 'AWSCURRENT', MoveToVersionId: V2, RemoveFromVersionId: V1 };
    await world.client.send(new UpdateSecretVersionStageCommand({ SecretId, ...promote }));
    expect(await world.client.send(rotate({ ClientRequestToken: V3 }))).toMatchObject({ VersionId: V3 });
    await world.engine.settled();
  });

  it('repeated with the same token begins nothing new', async () => {
    const world = rotator();
    await created(world);
    await world.client.send(rotate());
    await world.client.send(rotate());
    await world.engine.settled();
    expect(world.events).toHaveLength(4);
  });

  it('with RotateImmediately false only calls testSecret, and leaves neither version nor label', async () => {
    const world = rotator();
    await created(world);
    const RotationRules = { AutomaticallyAfterDays: 30 };
    await world.client.send(rotate({ RotateImmediately: false, RotationRules }));
    await world.engine.settled();
    expect(world.steps()).toEqual(['testSecret']);
    expect(stages(world)).toEqual({ [V1]: ['AWSCURRENT'] });
  });

  it('is refused when no function was ever registered', async () => {
    const world = rotator();
    await created(world);
    await expect(world.client.send(new RotateSecretCommand({ SecretId }))).rejects.toMatchObject(REFUSED);
  });

  it('reports RotationEnabled, LastRotatedDate and the end of the day of the next rotation', async () => {
    const world = rotator();
    await created(world);
    const before = await world.client.send(new DescribeSecretCommand({ SecretId }));
    expect(before).not.toHaveProperty('RotationEnabled');
    world.pass(DAY);
    await world.client.send(rotate({ RotationRules: { AutomaticallyAfterDays: 30 } }));
    await world.engine.settled();
    expect(await world.client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN,
      RotationRules: { AutomaticallyAfterDays: 30 },
      LastRotatedDate: new Date('2026-01-11T12:00:00Z'),
      NextRotationDate: new Date('2026-02-10T23:59:59Z'),
    });
  });

  it('reports the next time of a cron rule, in UTC', async () => {
    const world = rotator();
    await created(world);
    const RotationRules = { ScheduleExpression: 'cron(0 3 1 * ? *)' };
    await world.client.send(rotate({ RotationRules, RotateImmediately: false }));
    await world.engine.settled();
    const { NextRotationDate } = await world.client.send(new DescribeSecretCommand({ SecretId }));
    expect(NextRotationDate).toEqual(new Date('2026-02-01T03:00:00Z'));
  });
});

describe('CancelRotateSecret', () => {
  it('turns rotation off, leaves the labels, and names the version that was begun', async () => {
    const world = rotator('setSecret');
    await created(world);
    await world.client.send(rotate({ RotationRules: { AutomaticallyAfterDays: 30 } }));
    await world.engine.settled();
    const { VersionId } = await world.client.send(new CancelRotateSecretCommand({ SecretId }));
    expect(VersionId).toBe(V2);
    expect(stages(world)).toEqual({ [V1]: ['AWSCURRENT'], [V2]: ['AWSPENDING'] });
    const secret = await world.client.send(new DescribeSecretCommand({ SecretId }));
    expect(secret).toMatchObject({ RotationEnabled: false, RotationLambdaARN });
    expect(secret).not.toHaveProperty('NextRotationDate');
  });
});
