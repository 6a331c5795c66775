import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { bench, DAY, HOUR } from './bench.ts';

const SecretId = 'acme';
const create = new CreateSecretCommand({ Name: SecretId, SecretString: 'one', ClientRequestToken: '1'.repeat(32) });
const put = (id: string, stages?: string[]) =>
  new PutSecretValueCommand({ SecretId, SecretString: id, ClientRequestToken: id, VersionStages: stages });
const idOf = (n: number) => String(n).padStart(32, '0');

describe('LastChangedDate', () => {
  const one = '1'.repeat(32);
  const changes = [
    put('2'.repeat(32)),
    put('3'.repeat(32), ['AWSPENDING']),
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'mine', MoveToVersionId: one }),
    new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'mine', RemoveFromVersionId: one }),
    new TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] }),
    new DeleteSecretCommand({ SecretId }),
    new RestoreSecretCommand({ SecretId }),
  ] as const;
  it('changes with every modification, to the millisecond', async () => {
    const { client, pass } = bench();
    await client.send(create);
    for (const [i, change] of changes.entries()) {
      pass(1);
      await client.send(change as unknown as typeof create);
      const { LastChangedDate } = await client.send(new DescribeSecretCommand({ SecretId }));
      expect(LastChangedDate).toEqual(new Date(`2026-01-10T12:00:00.00${i + 1}Z`));
    }
  });

  it('is left alone by reads and by a repeated PutSecretValue; a read sets the day of LastAccessedDate', async () => {
    const { client, pass } = bench();
    await client.send(create);
    pass(DAY);
    await client.send(new GetSecretValueCommand({ SecretId }));
    await client.send(new ListSecretVersionIdsCommand({ SecretId }));
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'one', ClientRequestToken: one }));
    expect(await client.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({
      CreatedDate: new Date('2026-01-10T12:00:00Z'),
      LastChangedDate: new Date('2026-01-10T12:00:00Z'),
      LastAccessedDate: new Date('2026-01-11T00:00:00Z'),
    });
  });
});

describe('versions', () => {
  it('are refused beyond 100 with LimitExceededException while none is older than a day', async () => {
    const { client } = bench();
    await client.send(create);
    for (let n = 2; n <= 100; n++) await client.send(put(idOf(n)));
    await expect(client.send(put(idOf(101)))).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  it('make room beyond 100 when deprecated for more than a day, oldest first; labelled ones never', async () => {
    const { client, engine, pass } = bench();
    await client.send(create);
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'mine', MoveToVersionId: '1'.repeat(32) }),
    );
    for (let n = 2; n <= 100; n++) await client.send(put(idOf(n)));
    pass(DAY + 1);
    await client.send(put(idOf(101)));
    const ids = engine.versions(SecretId).map(({ id }) => id);
    expect(ids).toHaveLength(100);
    expect(ids).toContain('1'.repeat(32));
    expect(ids).not.toContain(idOf(2));
    expect(ids).toContain(idOf(3));
  });

  it('keep the date at which they were created', async () => {
    const { client, pass } = bench();
    await client.send(create);
    pass(HOUR);
    await client.send(put('2'.repeat(32)));
    pass(HOUR);
    const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId }));
    expect(Versions).toMatchObject([
      { VersionStages: ['AWSPREVIOUS'], CreatedDate: new Date('2026-01-10T12:00:00Z') },
      { VersionStages: ['AWSCURRENT'], CreatedDate: new Date('2026-01-10T13:00:00Z') },
    ]);
  });
});

describe('a deleted secret', () => {
  it('is gone after its recovery window of 30 days, and its name is free', async () => {
    const { client, pass } = bench();
    await client.send(create);
    const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId }));
    expect(DeletionDate).toEqual(new Date('2026-02-09T12:00:00Z'));
    await expect(client.send(create)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    pass(30 * DAY);
    const gone = client.send(new RestoreSecretCommand({ SecretId }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(create);
  });
});
