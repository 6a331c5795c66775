import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect } from '@jest/globals';
import type { Rule } from '../secrets-manager.ts';
import { V1, V2, V3 } from './lab.ts';

/** @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html) */
export const putRules: readonly Rule[] = [
  [
    'without VersionStages AWSCURRENT moves to the new version and AWSPREVIOUS to the one it left',
    async (lab) => {
      const first = await lab.create('one');
      expect(await lab.put(V2, 'two')).toEqual(['AWSCURRENT']);
      expect(await lab.labels()).toEqual({ AWSCURRENT: V2, AWSPREVIOUS: first });
    },
  ],
  [
    'AWSPREVIOUS moves on at the next change, and the version that it leaves is kept as deprecated',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two');
      await lab.put(V3, 'three');
      expect(await lab.labels()).toEqual({ AWSCURRENT: V3, AWSPREVIOUS: V2 });
      expect(await lab.ids()).toEqual([first, V2, V3].sort());
    },
  ],
  [
    'with VersionStages AWSPENDING the other labels stay',
    async (lab) => {
      const first = await lab.create('one');
      expect(await lab.put(V2, 'two', ['AWSPENDING'])).toEqual(['AWSPENDING']);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2 });
    },
  ],
  [
    'AWSPENDING moves to the new version from the one that has it',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      await lab.put(V3, 'three', ['AWSPENDING']);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V3 });
    },
  ],
  [
    'all labels that are asked for are attached, AWSCURRENT among them',
    async (lab) => {
      const first = await lab.create('one');
      const stages = await lab.put(V2, 'two', ['AWSCURRENT', 'AWSPENDING', 'mine']);
      expect([...(stages ?? [])].sort()).toEqual(['AWSCURRENT', 'AWSPENDING', 'mine']);
      expect(await lab.labels()).toEqual({ AWSCURRENT: V2, AWSPENDING: V2, AWSPREVIOUS: first, mine: V2 });
    },
  ],
  [
    'the first version gets AWSCURRENT besides the labels that are asked for',
    async (lab) => {
      await lab.create();
      const stages = await lab.put(V1, 'one', ['AWSPENDING']);
      expect([...(stages ?? [])].sort()).toEqual(['AWSCURRENT', 'AWSPENDING']);
      expect(await lab.labels()).toEqual({ AWSCURRENT: V1, AWSPENDING: V1 });
      expect(await lab.get()).toBe('one');
    },
  ],
  [
    'the same token with the same content succeeds and changes nothing',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      await lab.move('AWSPENDING', { from: V2 });
      const before = await lab.lastChanged();
      expect((await lab.put(V2, 'two', ['AWSPENDING'])) ?? []).toEqual([]);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first });
      expect(await lab.lastChanged()).toEqual(before);
    },
  ],
  [
    'the same token with other content is refused with ResourceExistsException and changes nothing',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two', ['AWSPENDING']);
      await expect(lab.put(V2, 'other', ['AWSPENDING'])).rejects.toMatchObject({ name: 'ResourceExistsException' });
      expect(await lab.get({ VersionStage: 'AWSPENDING' })).toBe('two');
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2 });
    },
  ],
  [
    'of 20 calls at once with one token and different content exactly one succeeds',
    async (lab) => {
      await lab.create('one');
      const values = Array.from({ length: 20 }, (_, i) => `value-${i}`);
      const results = await Promise.allSettled(values.map((value) => lab.put(V2, value, ['AWSPENDING'])));
      const winners = values.filter((_, i) => results[i]?.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      expect(await lab.get({ VersionStage: 'AWSPENDING' })).toBe(winners[0]);
    },
  ],
  [
    'a value must be given, as text or as bytes but not as both',
    async (lab) => {
      const first = await lab.create('one');
      const put = (value: object) => lab.client.send(new PutSecretValueCommand({ SecretId: lab.secret, ...value }));
      await expect(put({ SecretString: 'x', SecretBinary: Buffer.from('x') })).rejects.toThrow('both');
      await expect(put({})).rejects.toMatchObject({ name: expect.stringMatching(/^Invalid(Parameter|Request)Exc/) });
      expect(await lab.labels()).toEqual({ AWSCURRENT: first });
    },
  ],
];
