import { afterEach, describe, expect, it } from '@jest/globals';
import { count, PEER_CASES } from '../../../bench/counting.ts';
import { assertDone, isWorking, naive, registerSteps, template } from '../../../bench/peers/rotators.ts';
import { takeTemplateStep } from '../../../bench/peers/template.ts';
import { type SimulatedStand, startSimulated } from '../../../bench/stand/simulated.ts';

const stands: SimulatedStand[] = [];

afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});

async function start(): Promise<SimulatedStand> {
  const stand = await startSimulated({ strategy: 'in-place', renewal: 'set' });
  stands.push(stand);
  return stand;
}

const heldIn = ({ systems, customer }: SimulatedStand) => ({
  connector: systems.connector.sectionOf(customer.configuration, 'runtime').clientSecret,
  designTime: systems.connector.sectionOf(customer.configuration, 'designTime').clientSecret,
  iam: systems.iam.findClient(customer.realm, 'NC_Flow')?.secret,
  stored: JSON.parse(
    systems.secrets.versions('csr/acme-1').find(({ stages }) => stages.includes('AWSCURRENT'))?.SecretString ?? '{}',
  ).clientSecret,
});

describe.each([
  ['the template', template, true],
  ['the naive script', naive, false],
])('%s', (_, rotator, registers) => {
  it('does the job: IAM, Secrets Manager and connector hold the same new secret', async () => {
    const stand = await start();
    const before = heldIn(stand).iam;
    if (registers) await stand.run(() => registerSteps(stand));
    await stand.run(() => rotator(stand));

    const held = heldIn(stand);
    expect(held.iam).not.toBe(before);
    expect(held).toEqual({ connector: held.iam, designTime: held.iam, iam: held.iam, stored: held.iam });
    expect(isWorking(stand)).toBe(true);
  });
});

describe('the template', () => {
  const event = { SecretId: 'csr/acme-1', ClientRequestToken: 'x'.repeat(32) };
  const deps = ({ newClient, fetch, customer }: SimulatedStand) => ({
    newClient,
    fetch,
    credential: customer.credential,
  });

  it('takes 14 calls of Secrets Manager and 4 invocations, as the original does with its blanks filled in', async () => {
    // Four looks at the labels; create 4, set 1, test 1, finish 4 with what is pushed.
    const { warm } = await count(PEER_CASES.template);
    expect(warm).toMatchObject({ secretsManager: 14, invocations: 4, calls: 22, depth: 22 });
  });

  it('refuses a secret whose rotation is off, as the original does', async () => {
    const stand = await start();
    const step = () => takeTemplateStep(deps(stand), { ...event, Step: 'createSecret' });
    await expect(stand.run(step)).rejects.toThrow('rotation is off');
  });

  it('refuses a version that there is not, as the original does', async () => {
    const stand = await start();
    await stand.run(() => registerSteps(stand));
    const step = () => takeTemplateStep(deps(stand), { ...event, Step: 'setSecret' });
    await expect(stand.run(step)).rejects.toThrow('no such version');
  });

  it('has nothing left to do with a version that is current', async () => {
    const stand = await start();
    await stand.run(() => registerSteps(stand));
    stand.network.hops.length = 0;
    const [current] = stand.systems.secrets.versions('csr/acme-1');
    const again = { ...event, ClientRequestToken: current?.id ?? '', Step: 'setSecret' };
    await stand.run(() => takeTemplateStep(deps(stand), again));
    expect(stand.network.hops.map(({ name }) => name)).toEqual(['DescribeSecret csr/acme-1']);
  });
});

describe('the proof that a rotation did its job', () => {
  it('notices a connector that holds something else than what is stored', async () => {
    const stand = await start();
    const { systems, customer } = stand;
    const id = systems.iam.findClient(customer.realm, 'NC_Flow')?.id ?? '';
    expect(() => assertDone(stand)).not.toThrow();
    systems.iam.regenerateSecret(customer.realm, id);
    expect(() => assertDone(stand)).toThrow('the IAM refuses what the connector holds');
  });
});
