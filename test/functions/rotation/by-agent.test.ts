import { describe, expect, it } from '@jest/globals';
import { createWorld, documentText, FIRST_SECRET, REALM, type TestWorld } from '../../support/world.ts';

const AGENT = 'acme-flow01';
const byAgent = (configuration: string, timeout = 'PT45S') => ({
  name: configuration,
  via: 'agent',
  agent: AGENT,
  configuration,
  timeout,
});

/** A credential whose only connector is reached by an agent, with as much time as synth asks for. */
function worldOf(settings: object = {}, { overlap = true, functionTimeoutMs = 181_000, timeout = 'PT45S' } = {}) {
  return createWorld({
    overlap,
    functionTimeoutMs,
    settings: { connectors: [byAgent('ifs-1', timeout)], ...settings },
  });
}

const asked = ({ calls }: TestWorld, name: RegExp) => calls.filter((call) => name.test(call)).length;

/** From the write on, the agent is away for so many milliseconds. */
function loseTheWrite(world: TestWorld, awayMs: number): void {
  let lost = false;
  let since = 0;
  world.intercept(async ({ name, sent }, perform) => {
    if (name.startsWith('sqs SendMessage') && sent.includes('\\"op\\":\\"write\\"') && !lost) {
      lost = true;
      since = world.now().getTime();
      world.line.served[0]?.stop();
    }
    const response = await perform();
    if (lost && world.now().getTime() - since >= awayMs) await world.line.served[0]?.take();
    return response;
  });
}

describe('a rotation through an agent', () => {
  it('with an overlap gives the connector the new secret, as the agent reads it', async () => {
    const world = worldOf();
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    expect(rotation.connectors).toMatchObject([{ name: 'ifs-1', sectionsWritten: 3, proof: { level: 'loaded' } }]);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.connectorSecret()).not.toBe(FIRST_SECRET);
  });

  it('in place prepares the write before the IAM is touched', async () => {
    const world = worldOf({ strategy: 'in-place' }, { overlap: false });
    const order: string[] = [];
    world.intercept(async ({ name, sent }, perform) => {
      const [, op] = /\\"op\\":\\"(\w+)\\"/.exec(sent) ?? [];
      if (op) order.push(op);
      if (name.startsWith('iam PUT')) order.push('renew');
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(order).toEqual(['read', 'prepare', 'renew', 'write', 'read']);
  });

  it('is refused while the agent is silent, and the IAM is not touched', async () => {
    const world = worldOf();
    world.line.served[0]?.stop();
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'connector-timeout' },
    });
    expect(asked(world, /^iam (PUT|POST .*client-secret)/)).toBe(0);
  });

  it('in place does not begin where one more restart would not fit', async () => {
    const world = worldOf({ strategy: 'in-place' }, { overlap: false, functionTimeoutMs: 90_000 });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'out-of-time' } });
    expect(asked(world, /^iam PUT/)).toBe(0);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('is undone in place when the write is lost, once it can not be carried out any more', async () => {
    const world = worldOf({ strategy: 'in-place' }, { overlap: false });
    loseTheWrite(world, 70_000);
    const begun = world.now().getTime();
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-timeout' } });
    // The write's own timeout, then as long as the agent's clock may be behind.
    expect(world.now().getTime() - begun).toBeGreaterThanOrEqual(45_000 + 60_000);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('in place that is left behind by a dead agent says so, within its time', async () => {
    const world = worldOf({ strategy: 'in-place' }, { overlap: false });
    loseTheWrite(world, Number.POSITIVE_INFINITY);
    const begun = world.now().getTime();
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted' });
    expect(world.now().getTime() - begun).toBeLessThan(181_000);
  });

  it('with an overlap goes on without the agent, and pushes later', async () => {
    const world = worldOf();
    loseTheWrite(world, 100_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(1_000_000);
    await world.line.served[0]?.take();
    world.intercept(async (_io, perform) => {
      const response = await perform();
      await world.line.served[0]?.take();
      return response;
    });
    const repeat = { attempt: 1, due: false };
    expect(await world.scheduled({ repeat })).toMatchObject({ outcome: 'rotated' });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });
});

describe('where the secret has expired, and the IAM makes the next one', () => {
  const REGENERATE = {
    renewal: 'regenerate',
    adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
    auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
  };
  const HTTPS = {
    name: 'ifs-1',
    url: 'https://flow.example.com/odata-connector/configurations/ifs-1',
    auth: { type: 'bearer', secretId: 'csr-access/acme-prod/connector' },
  };

  /** The agent falls silent once it is to prepare a write. */
  function worldThatExpires(connectors: object[]): TestWorld {
    const world = createWorld({ connectors: 2, functionTimeoutMs: 181_000, settings: { connectors, iam: REGENERATE } });
    const end = String(world.now().getTime() / 1000 + 1800);
    world.changeClient({ attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': end } });
    world.intercept(async ({ name, sent }, perform) => {
      if (name.startsWith('sqs SendMessage') && sent.includes('\\"op\\":\\"prepare\\"')) world.line.served[0]?.stop();
      return await perform();
    });
    return world;
  }

  it('an agent that can not prepare the write keeps no other connector from a secret that works', async () => {
    const world = worldThatExpires([HTTPS, byAgent('ifs-2')]);
    world.advance(3_600_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.scheduled()).toMatchObject({ outcome: 'stored-not-applied' });
    expect(await world.accepts(world.connectorSecret(0))).toBe(true);
    expect(world.connectorSecret(1)).toBe(FIRST_SECRET);
  });

  it('nothing begins while there is nobody else who could take the secret', async () => {
    const world = worldThatExpires([byAgent('ifs-1'), byAgent('ifs-2')]);
    world.advance(3_600_000);
    expect(await world.scheduled()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-timeout' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('nothing begins either while the secret still works', async () => {
    const world = worldThatExpires([HTTPS, byAgent('ifs-2')]);
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-timeout' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});

it('two configurations behind one agent are read and written side by side over one queue', async () => {
  const world = createWorld({
    connectors: 2,
    functionTimeoutMs: 181_000,
    settings: { connectors: [byAgent('ifs-1'), byAgent('ifs-2')] },
  });
  expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  expect([world.connectorSecret(0), world.connectorSecret(1)]).toEqual(Array(2).fill(world.current().clientSecret));
});

it('a version of a dead run belongs to it as long as an agent may carry out its write', async () => {
  const world = worldOf();
  world.put('11111111-1111-4111-8111-111111111111', documentText('a-candidate-of-somebody-else'), 'AWSPENDING');
  // A lease of 100 s holds 10 s for a late HTTP request; a late write through an agent takes 60 s.
  world.advance(149_000);
  await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress', retryAfter: 1 });
});
