import { describe, expect, it } from '@jest/globals';
import { createWorld, FIRST_SECRET } from '../../../support/world.ts';

const HOUR_MS = 3_600_000;

describe('a rotation that begins while a grace runs', () => {
  it('ends the previous secret once, also where a node of the IAM has not heard of the end yet', async () => {
    const world = createWorld();
    await world.scheduled();
    world.advance(HOUR_MS);
    let old: Response | undefined;
    let isEnded = false;
    let intents = 0;
    let staleReads = 5;
    world.intercept(async ({ name, sent }, perform) => {
      const isRead = name.startsWith('iam GET') && name.endsWith('/clients');
      if (sent.includes('client-secret-rotation/retire')) intents += 1;
      if (isRead && isEnded && staleReads-- > 0 && old) return old.clone();
      const response = await perform();
      if (isRead) old = response.clone();
      if (name.startsWith('iam PUT') && intents > 0) isEnded = true;
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(intents).toBe(1);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('ends it again when somebody brings it back meanwhile', async () => {
    const world = createWorld();
    await world.scheduled();
    world.advance(HOUR_MS);
    // An admin page that was opened before the end.
    const page = { ...world.client().attributes };
    let intents = 0;
    let isSaved = false;
    world.intercept(async ({ name, sent }, perform) => {
      if (sent.includes('client-secret-rotation/retire')) intents += 1;
      const response = await perform();
      if (isSaved || intents === 0 || !name.startsWith('secrets-manager UpdateSecretVersionStage')) return response;
      isSaved = true;
      world.changeClient({ attributes: page });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(intents).toBe(2);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

describe('a first run that finds a connector with another secret', () => {
  it('is no rest while that connector can not be read: a repeat looks at it', async () => {
    const world = createWorld({ adopted: false });
    world.enter('another-secret');
    let reads = 0;
    world.intercept(async ({ name }, perform) => {
      if (name.startsWith('connector') && ++reads > 1) return new Response('', { status: 503 });
      return await perform();
    });
    const rotation = await world.scheduled();
    expect(rotation.failure).toMatchObject({ code: 'connector-unavailable' });
    expect(rotation.repeatAt).not.toBeNull();
  });
});
