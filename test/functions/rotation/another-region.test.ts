import { describe, expect, it } from '@jest/globals';
import { findSecret, type Secret } from '../../../local/stand-ins/secrets-manager/model.ts';
import { createWorld, SECRET_ID, type TestWorld } from '../../support/world.ts';

const REGENERATE = {
  renewal: 'regenerate',
  adminUrl: 'https://iam.example.com/auth/admin/realms/acmeprod',
  auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
};

/** A secret's versions and labels at one moment: what a replica holds that lags behind. */
type Copy = Pick<Secret, 'versions' | 'labels'>;

function copyOf(world: TestWorld): Copy {
  const { versions, labels } = findSecret(world.secrets.store, SECRET_ID);
  return { versions: new Map(versions), labels: new Map(labels) };
}

/** Makes the secret that of another region, where nothing else of the first one is. */
function moveTo({ versions, labels }: Copy, world: TestWorld): void {
  const secret = findSecret(world.secrets.store, SECRET_ID);
  world.secrets.store.secrets.set(secret.name, { ...secret, versions, labels, lastChangedDate: world.now() });
  world.intercept((_io, perform) => perform());
  world.planned.splice(0);
  world.advance(3_600_000);
}

/** Rotates until the region is lost: after so many requests none is answered any more. Returns what replicas may hold by then. */
async function rotateUntil(requests: number, world: TestWorld): Promise<{ copies: Copy[]; lost: boolean }> {
  const copies = [copyOf(world)];
  let seen = 0;
  world.intercept(async (io, perform) => {
    if (++seen > requests) throw new TypeError('the region is gone');
    const response = await perform();
    if (/PutSecretValue$|UpdateSecretVersionStage$/.test(io.name)) copies.push(copyOf(world));
    return response;
  });
  await world.rotate().catch(() => undefined);
  return { copies, lost: seen > requests };
}

/** What has to be true at the end: the connector works, with what Secrets Manager holds, and nothing is half done. */
async function expectRest(world: TestWorld): Promise<void> {
  const { clientSecret } = world.current();
  expect(world.connectorSecret()).toBe(clientSecret);
  expect(world.client().secret).toBe(clientSecret);
  expect(await world.accepts(clientSecret)).toBe(true);
  expect(world.labelled('AWSPENDING')).toBeUndefined();
}

describe.each([
  ['dual-secret', { overlap: true, settings: {} }],
  ['in place', { overlap: false, settings: {} }],
  ['made by the IAM', { overlap: false, settings: { iam: REGENERATE } }],
])('a region that is lost during a rotation, %s', (_strategy, options) => {
  it('leaves what a replica heals in another region, after whichever request and however far it lags', async () => {
    let cases = 0;
    for (let requests = 1, lost = true; lost; requests++) {
      const lags = (await rotateUntil(requests, createWorld(options))).copies.length;
      for (let at = 0; at < lags; at++) {
        const world = createWorld(options);
        const there = await rotateUntil(requests, world);
        lost = there.lost;
        moveTo(there.copies[at] as Copy, world);
        // What a run finds and finishes may be too recent for the next one to begin.
        for (const runs of [1, 2]) {
          const end = await world.scheduled().catch((error: unknown) => error);
          expect([runs, end]).toEqual([runs, expect.not.objectContaining({ outcome: 'interrupted' })]);
          world.advance(3_600_000);
        }
        await expectRest(world);
        cases++;
      }
    }
    expect(cases).toBeGreaterThan(20);
  });
});
