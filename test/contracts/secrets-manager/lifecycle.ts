import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect } from '@jest/globals';
import type { Rule } from '../secrets-manager.ts';
import { V1, V2 } from './lab.ts';

const MARKED = { name: 'InvalidRequestException' };

/** CreateSecret, DeleteSecret, RestoreSecret and TagResource. */
export const lifecycleRules: readonly Rule[] = [
  [
    'the token of CreateSecret becomes the id of the first version, which gets AWSCURRENT',
    async (lab) => {
      await lab.create('one');
      expect(await lab.labels()).toEqual({ AWSCURRENT: V1 });
    },
  ],
  [
    'CreateSecret repeated with the same token and content succeeds',
    async (lab) => {
      const first = await lab.create('one');
      await lab.create('one');
      expect(await lab.ids()).toEqual([first]);
    },
  ],
  [
    'CreateSecret with a name that is taken is ResourceExistsException',
    async (lab) => {
      await lab.create('one');
      const again = new CreateSecretCommand({ Name: lab.secret, SecretString: 'other', ClientRequestToken: V2 });
      await expect(lab.client.send(again)).rejects.toMatchObject({ name: 'ResourceExistsException' });
    },
  ],
  [
    'a secret that does not exist is ResourceNotFoundException',
    async (lab) => {
      await expect(lab.put(V1, 'one')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    },
  ],
  [
    'a secret that is marked for deletion can be described but not used',
    async (lab) => {
      const first = await lab.create('one');
      await lab.client.send(new DeleteSecretCommand({ SecretId: lab.secret, RecoveryWindowInDays: 7 }));
      await expect(lab.get()).rejects.toMatchObject(MARKED);
      await expect(lab.put(V2, 'two')).rejects.toMatchObject(MARKED);
      await expect(lab.move('mine', { to: first })).rejects.toMatchObject(MARKED);
      const { DeletedDate } = await lab.client.send(new DescribeSecretCommand({ SecretId: lab.secret }));
      expect(DeletedDate).toBeInstanceOf(Date);
    },
  ],
  [
    'RestoreSecret makes a secret that is marked for deletion usable again',
    async (lab) => {
      await lab.create('one');
      await lab.client.send(new DeleteSecretCommand({ SecretId: lab.secret }));
      await lab.client.send(new RestoreSecretCommand({ SecretId: lab.secret }));
      expect(await lab.get()).toBe('one');
    },
  ],
  [
    'the recovery window is 7 to 30 days',
    async (lab) => {
      await lab.create('one');
      for (const RecoveryWindowInDays of [6, 31]) {
        const deletion = lab.client.send(new DeleteSecretCommand({ SecretId: lab.secret, RecoveryWindowInDays }));
        await expect(deletion).rejects.toMatchObject({ name: 'InvalidParameterException' });
      }
    },
  ],
  [
    'TagResource adds tags and replaces those with the same key',
    async (lab) => {
      await lab.create('one');
      const tag = (Key: string, Value: string) =>
        lab.client.send(new TagResourceCommand({ SecretId: lab.secret, Tags: [{ Key, Value }] }));
      await tag('a', '1');
      await tag('b', '2');
      await tag('a', '3');
      const { Tags } = await lab.client.send(new DescribeSecretCommand({ SecretId: lab.secret }));
      expect(Tags).toEqual([
        { Key: 'a', Value: '3' },
        { Key: 'b', Value: '2' },
      ]);
    },
  ],
];
