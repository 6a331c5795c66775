import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearerAccess } from '../../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../local/stand-ins/connector/handler.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { configuration, JANUARY } from '../local/stand-ins/connector/fixture.ts';
import { type AgentPrograms, type Queueing, startAgentPrograms } from '../support/agent-program.ts';
import {
  type ConnectorFixture,
  connectorPortContract,
  connectorPrepareContract,
  OURS,
  TOKEN,
  VERSION,
} from './connector-port.ts';

/** Configurations of the agent's settings, more than there are cases: settings don't change while an agent runs. */
const NAMES = Array.from({ length: 40 }, (_, index) => `slot-${index + 1}`);
/** Of two hosts that both wait, one gets all of so many requests about never. */
const MANY = 40;

/**
 * The connector port through the agent's own program, and what it promises where two hosts have one agent's name.
 *
 * @param queueing an SQS that is there by the time the tests run @default - the embedded one
 */
export function connectorAgentProgramContract(queueing?: () => Queueing): void {
  let folder: string;
  let programs: AgentPrograms;
  const besides: Server[] = [];
  /** A host with the agent's program, and an embedded connector beside it. */
  const startHost = async () => {
    const engine = new ConnectorEngine({ now: Date.now, instance: `beside-${besides.length + 1}` });
    const beside = await serve(connectorHandler(engine, { access: bearerAccess(TOKEN) }));
    besides.push(beside);
    const url = `${beside.url}/odata-connector/configurations/`;
    const tokenFile = join(folder, 'token');
    const adapters = NAMES.map((name) => ({ name, adapter: { type: 'http', url: url + name, tokenFile } }));
    return { engine, host: await programs.start(adapters) };
  };
  let first: Awaited<ReturnType<typeof startHost>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-token-'));
    await writeFile(join(folder, 'token'), TOKEN);
    programs = await startAgentPrograms(queueing?.());
    first = await startHost();
  }, 60_000);
  afterAll(async () => {
    await programs.close();
    for (const beside of besides) await beside.close();
    await rm(folder, { recursive: true });
  });

  const slots = new Map<string, string>();
  /** Each configuration of a case has one of the settings' names. */
  const slotOf = (name: string) => {
    const slot = slots.get(name) ?? NAMES[slots.size] ?? '';
    slots.set(name, slot);
    return slot;
  };
  const fixture = (): ConnectorFixture => ({
    portOn: (name, ours) => ({ connector: programs.run(ours).portOn(slots.get(name) ?? name), reads: [] }),
    store: (version) => programs.store(version),
    configure: async (name, stored) => void first.engine.configure(slotOf(name), stored),
    holds: async (name, section, secret) => first.engine.secretOf(slotOf(name), section) === secret,
  });
  connectorPortContract(fixture);
  connectorPrepareContract(fixture);

  // The last case: from here on two hosts answer.
  describe('two hosts with the name of one agent', () => {
    it('are told apart within a run: it fails and says so, as does a log, and neither connector is written', async () => {
      const second = await startHost();
      const slot = slotOf('two-hosts');
      for (const { engine } of [first, second]) engine.configure(slot, configuration());
      programs.store(VERSION);
      const connector = programs.run(OURS).portOn(slot);
      const read = await connector.read();
      let error: unknown;
      for (let reads = 0; reads < MANY && error === undefined; reads++)
        await connector.read().catch((thrown: unknown) => {
          error = thrown;
        });
      expect(error).toMatchObject({
        code: 'connector-invalid',
        message: expect.stringContaining('another-host'),
        next: expect.stringContaining('Start one host per name'),
      });

      const asked = connector.write({ ...read, etag: '"of-neither"' }, VERSION);
      await expect(asked).rejects.toThrow();
      for (const { engine } of [first, second]) expect(engine.secretOf(slot, 'runtime')).toBe(JANUARY.secret);
      const logged = [first, second].map(({ host }) => host.output()).join('');
      expect(logged).toMatch(/"level":"error","event":"refused"[^\n]*"code":"another-host"/);
    });
  });
}
