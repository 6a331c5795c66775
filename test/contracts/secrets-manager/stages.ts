import { expect } from '@jest/globals';
import type { Rule } from '../secrets-manager.ts';
import { type Lab, V2, V3 } from './lab.ts';

const REFUSED = { name: 'InvalidParameterException' };

async function withPending(lab: Lab): Promise<string> {
  const first = await lab.create('one');
  await lab.put(V2, 'two', ['AWSPENDING']);
  return first;
}

/** @see [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html) */
export const stageRules: readonly Rule[] = [
  [
    'moving AWSCURRENT moves AWSPREVIOUS to the version that it left, and leaves AWSPENDING where it is',
    async (lab) => {
      const first = await withPending(lab);
      await lab.move('AWSCURRENT', { to: V2, from: first });
      expect(await lab.labels()).toEqual({ AWSCURRENT: V2, AWSPREVIOUS: first, AWSPENDING: V2 });
      expect(await lab.get()).toBe('two');
    },
  ],
  [
    'moving AWSCURRENT back to the previous version swaps AWSCURRENT and AWSPREVIOUS',
    async (lab) => {
      const first = await lab.create('one');
      await lab.put(V2, 'two');
      await lab.move('AWSCURRENT', { to: first, from: V2 });
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPREVIOUS: V2 });
    },
  ],
  [
    'a label that another version has is not moved without RemoveFromVersionId',
    async (lab) => {
      const first = await withPending(lab);
      await expect(lab.move('AWSCURRENT', { to: V2 })).rejects.toMatchObject(REFUSED);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2 });
    },
  ],
  [
    'a label is not moved when RemoveFromVersionId names a version that does not have it',
    async (lab) => {
      const first = await withPending(lab);
      await lab.put(V3, 'three', ['mine']);
      await expect(lab.move('AWSCURRENT', { to: V2, from: V3 })).rejects.toMatchObject(REFUSED);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2, mine: V3 });
    },
  ],
  [
    'without MoveToVersionId the label is removed',
    async (lab) => {
      const first = await withPending(lab);
      await lab.move('AWSPENDING', { from: V2 });
      expect(await lab.labels()).toEqual({ AWSCURRENT: first });
      expect(await lab.ids()).toEqual([first, V2].sort());
    },
  ],
  [
    'a label is not removed from a version that does not have it',
    async (lab) => {
      const first = await withPending(lab);
      await expect(lab.move('AWSPENDING', { from: first })).rejects.toMatchObject(REFUSED);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2 });
    },
  ],
  [
    'AWSCURRENT can not be removed without a move',
    async (lab) => {
      const first = await withPending(lab);
      await expect(lab.move('AWSCURRENT', { from: first })).rejects.toMatchObject(REFUSED);
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: V2 });
    },
  ],
  [
    'a label that no version has is attached without RemoveFromVersionId',
    async (lab) => {
      const first = await lab.create('one');
      await lab.move('AWSPENDING', { to: first });
      expect(await lab.labels()).toEqual({ AWSCURRENT: first, AWSPENDING: first });
    },
  ],
  [
    'one of MoveToVersionId and RemoveFromVersionId must be given',
    async (lab) => {
      await lab.create('one');
      await expect(lab.move('AWSPENDING', {})).rejects.toMatchObject(REFUSED);
    },
  ],
  [
    'a version that does not exist is ResourceNotFoundException',
    async (lab) => {
      const first = await lab.create('one');
      await expect(lab.move('AWSCURRENT', { to: V3, from: first })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    },
  ],
  [
    'of 20 promotions at once from the same version exactly one succeeds',
    async (lab) => {
      const first = await withPending(lab);
      await lab.put(V3, 'three', ['mine']);
      const moves = Array.from({ length: 20 }, (_, i) => lab.move('AWSCURRENT', { to: i % 2 ? V2 : V3, from: first }));
      const results = await Promise.allSettled(moves);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await lab.labels()).AWSPREVIOUS).toBe(first);
    },
  ],
];
