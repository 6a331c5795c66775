import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect } from '@jest/globals';
import type { Rule } from '../secrets-manager.ts';
import { V2, V3 } from './lab.ts';

const NOT_FOUND = { name: 'ResourceNotFoundException' };

/** GetSecretValue, DescribeSecret, ListSecretVersionIds and ListSecrets. */
export const readRules: readonly Rule[] = [
  [
    'GetSecretValue reads AWSCURRENT unless a label or a version is asked for, a deprecated one included',
    async (lab) => {
      await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      await lab.move('AWSPENDING', { from: V2 });
      expect(await lab.get()).toBe('one');
      expect(await lab.get({ VersionStage: 'AWSCURRENT' })).toBe('one');
      expect(await lab.get({ VersionId: V2 })).toBe('two');
    },
  ],
  [
    'GetSecretValue tells which version carries AWSCURRENT',
    async (lab) => {
      await lab.create('one');
      await lab.put(V2, 'two');
      const { VersionId, SecretString } = await lab.client.send(new GetSecretValueCommand({ SecretId: lab.secret }));
      expect([VersionId, SecretString]).toEqual([V2, 'two']);
    },
  ],
  [
    'DescribeSecret and ListSecretVersionIds tell the same labels, and only the list tells versions without one',
    async (lab) => {
      await lab.create('one');
      await lab.put(V2, 'two');
      await lab.put(V3, 'three', ['AWSPENDING']);
      await lab.move('AWSPENDING', { from: V3 });
      const list = new ListSecretVersionIdsCommand({ SecretId: lab.secret, IncludeDeprecated: true });
      const { Versions = [] } = await lab.client.send(list);
      const described = await lab.client.send(new DescribeSecretCommand({ SecretId: lab.secret }));
      const listed = Versions.filter(({ VersionStages = [] }) => VersionStages.length > 0);
      expect(described.VersionIdsToStages).toEqual(
        Object.fromEntries(listed.map(({ VersionId = '', VersionStages }) => [VersionId, VersionStages])),
      );
      expect(Versions).toHaveLength(3);
      expect(listed).toHaveLength(2);
    },
  ],
  [
    'GetSecretValue refuses a VersionStage that is not on the VersionId',
    async (lab) => {
      await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      expect(await lab.get({ VersionId: V2, VersionStage: 'AWSPENDING' })).toBe('two');
      const both = lab.get({ VersionId: V2, VersionStage: 'AWSCURRENT' });
      await expect(both).rejects.toMatchObject({ name: 'InvalidRequestException' });
    },
  ],
  [
    'GetSecretValue is ResourceNotFoundException for a label or version that does not exist',
    async (lab) => {
      await lab.create('one');
      await expect(lab.get({ VersionStage: 'AWSPENDING' })).rejects.toMatchObject(NOT_FOUND);
      await expect(lab.get({ VersionId: V3 })).rejects.toMatchObject(NOT_FOUND);
    },
  ],
  [
    'a secret that was created without a value can not be read: ResourceNotFoundException',
    async (lab) => {
      await lab.create();
      await expect(lab.get()).rejects.toMatchObject(NOT_FOUND);
    },
  ],
  [
    'a secret that was created without a value has neither version nor label',
    async (lab) => {
      await lab.create();
      expect(await lab.labels()).toEqual({});
      expect(await lab.ids()).toEqual([]);
    },
  ],
  [
    'bytes come back as they were put',
    async (lab) => {
      await lab.create('one');
      const bytes = Uint8Array.from([0, 1, 254, 255]);
      await lab.client.send(new PutSecretValueCommand({ SecretId: lab.secret, SecretBinary: bytes }));
      const { SecretBinary } = await lab.client.send(new GetSecretValueCommand({ SecretId: lab.secret }));
      expect([...(SecretBinary ?? [])]).toEqual([0, 1, 254, 255]);
    },
  ],
  [
    'a secret is found by its name, its ARN, and its ARN without the last seven characters',
    async (lab) => {
      await lab.create('one');
      const { ARN = '' } = await lab.client.send(new DescribeSecretCommand({ SecretId: lab.secret }));
      expect(ARN).toMatch(
        new RegExp(`^arn:aws:secretsmanager:[a-z0-9-]+:\\d{12}:secret:${lab.secret}-[A-Za-z0-9]{6}$`),
      );
      for (const SecretId of [lab.secret, ARN, ARN.slice(0, -7)]) {
        expect(await lab.client.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
          SecretString: 'one',
          ARN,
        });
      }
    },
  ],
  [
    'a secret is not found by a shorter part of its ARN',
    async (lab) => {
      await lab.create('one');
      const { ARN = '' } = await lab.client.send(new DescribeSecretCommand({ SecretId: lab.secret }));
      const shorter = lab.client.send(new GetSecretValueCommand({ SecretId: ARN.slice(0, -9) }));
      await expect(shorter).rejects.toMatchObject(NOT_FOUND);
    },
  ],
  [
    'ListSecretVersionIds leaves deprecated versions out unless they are asked for',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      await lab.move('AWSPENDING', { from: V2 });
      const list = async (IncludeDeprecated: boolean) =>
        (await lab.client.send(new ListSecretVersionIdsCommand({ SecretId: lab.secret, IncludeDeprecated }))).Versions;
      expect((await list(false))?.map(({ VersionId }) => VersionId)).toEqual([first]);
      const all = await list(true);
      expect(all?.map(({ VersionId }) => VersionId).sort()).toEqual([first, V2].sort());
      expect(all?.find(({ VersionId }) => VersionId === V2)?.VersionStages ?? []).toEqual([]);
      for (const { CreatedDate } of all ?? []) expect(CreatedDate).toBeInstanceOf(Date);
    },
  ],
  [
    'ListSecretVersionIds answers in pages of MaxResults, and each version once',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two');
      await lab.put(V3, 'three', ['AWSPENDING']);
      const next = (NextToken?: string) =>
        lab.client.send(new ListSecretVersionIdsCommand({ SecretId: lab.secret, MaxResults: 2, NextToken }));
      const page1 = await next();
      const page2 = await next(page1.NextToken);
      expect(page1.Versions).toHaveLength(2);
      expect(page2.NextToken).toBeUndefined();
      const ids = [...(page1.Versions ?? []), ...(page2.Versions ?? [])].map(({ VersionId }) => VersionId);
      expect(ids.sort()).toEqual([first, V2, V3].sort());
    },
  ],
  [
    'reads do not change LastChangedDate',
    async (lab) => {
      await lab.create('one');
      const before = await lab.lastChanged();
      await lab.get();
      await lab.ids();
      expect(await lab.lastChanged()).toEqual(before);
    },
  ],
  [
    'ListSecrets finds a secret by the beginning of its name',
    async (lab) => {
      await lab.create('one');
      const Filters = [{ Key: 'name' as const, Values: [lab.secret.slice(0, -2)] }];
      const { SecretList } = await lab.client.send(new ListSecretsCommand({ Filters }));
      expect(SecretList?.map(({ Name }) => Name)).toEqual([lab.secret]);
    },
  ],
];
