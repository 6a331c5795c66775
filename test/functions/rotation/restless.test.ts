import { describe, expect, it } from '@jest/globals';
import { createWorld, FIRST_SECRET } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const BY_AGENT = {
  name: 'ifs-1',
  via: 'agent',
  agent: 'acme-flow01',
  configuration: 'ifs-1',
  timeout: 'PT45S',
};

describe('a run that somebody undoes at each of its looks leaves the rest to its repeat, and says by what', () => {
  it('a configuration that is another one whenever its write was prepared', async () => {
    const world = createWorld({ functionTimeoutMs: 181_000, settings: { connectors: [BY_AGENT] } });
    world.intercept(async ({ name, sent }, perform) => {
      if (name.startsWith('sqs SendMessage') && sent.includes('\\"op\\":\\"prepare\\"'))
        world.flow.restore('ifs-1', world.flow.backup('ifs-1'), 'others');
      return await perform();
    });
    expect(await world.scheduled()).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'connector-conflict' },
      repeatAt: expect.any(String),
    });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('a connector that is given another secret after each push', async () => {
    const world = createWorld();
    world.enter('of-somebody-else');
    let isPatched = false;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (isPatched && name.startsWith('connector GET')) world.enter('of-somebody-else');
      isPatched = name.startsWith('connector PATCH');
      return response;
    });
    const { outcome, failure, repeatAt } = await world.scheduled();
    expect({ outcome, code: failure?.code }).toEqual({ outcome: 'interrupted', code: 'connector-conflict' });
    expect(repeatAt).not.toBeNull();
  });

  it('a previous secret that is brought back after each end', async () => {
    const world = createWorld();
    await world.scheduled();
    world.advance(HOUR_MS);
    const page = { ...world.client().attributes };
    let isEnding = false;
    world.intercept(async ({ name, sent }, perform) => {
      isEnding ||= sent.includes('client-secret-rotation/retire');
      const response = await perform();
      if (isEnding && name.startsWith('secrets-manager UpdateSecretVersionStage')) {
        isEnding = false;
        world.changeClient({ attributes: page });
      }
      return response;
    });
    const { outcome, failure, repeatAt } = await world.rotate();
    expect({ outcome, code: failure?.code }).toEqual({ outcome: 'interrupted', code: 'retire-failed' });
    expect(repeatAt).not.toBeNull();
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});
