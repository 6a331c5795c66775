import { describe, expect, it } from '@jest/globals';
import { CLIENT_ID, createWorld, FIRST_SECRET, IDLE_CLIENT_ID, REALM } from '../../support/world.ts';

const ALTERNATING = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };

describe('alternating clients', () => {
  it('moves Client ID and secret together, and leaves the former client alone until retire', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'alternating-clients' });
    const { clientId, clientSecret } = world.current();
    expect(clientId).toBe(IDLE_CLIENT_ID);
    expect(world.flow.sectionOf('ifs-1', 'runtime')).toMatchObject({ clientId, clientSecret });
    expect(await world.accepts(clientSecret, IDLE_CLIENT_ID)).toBe(true);
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(true);
  });

  it('renews the former client away at retire, so that a leaked old secret dies', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    const first = world.labelled('AWSCURRENT')?.id ?? '';
    await world.rotate();
    world.advance(86_400_000);
    expect(await world.retire(first)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(false);
    expect(await world.accepts(world.current().clientSecret, IDLE_CLIENT_ID)).toBe(true);
  });

  it('comes back to the first client with the next rotation', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    await world.rotate();
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientId).toBe(CLIENT_ID);
    expect(world.current().clientSecret).not.toBe(FIRST_SECRET);
  });
});

describe('renewal by the IAM', () => {
  const regenerating = (overlap: boolean) =>
    createWorld({
      overlap,
      settings: {
        iam: {
          renewal: 'regenerate',
          adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
          auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
        },
      },
    });

  it.each([
    [true, 'dual-secret'],
    [false, 'in-place'],
  ])('stores and pushes what the IAM made (overlap: %s)', async (overlap, strategy) => {
    const world = regenerating(overlap);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy });
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.connectorSecret()).toBe(world.client().secret);
    expect(await world.accepts(FIRST_SECRET)).toBe(overlap);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('makes at most eight calls to Secrets Manager on the credential', async () => {
    const world = regenerating(false);
    await world.rotate();
    const access = 2;
    expect(world.calls.filter((name) => name.startsWith('secrets-manager')).length - access).toBeLessThanOrEqual(8);
  });

  it('adopts what the IAM holds when its reply was lost, and never regenerates twice', async () => {
    const world = regenerating(false);
    let posts = 0;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (name.includes('POST') && name.endsWith('/client-secret') && ++posts) throw new Error('the reply is lost');
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(posts).toBe(1);
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.connectorSecret()).toBe(world.client().secret);
  });
});

describe('a rollback', () => {
  it('brings the previous document back as a rotation of its own', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(3_600_000);
    expect(await world.rotate({ rollback: true })).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});
