import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';
import { type AgentFleet, agentFleet, byAgent, INSTANCE } from './agent-fleet.ts';

const NOW = new Date('2026-03-01T00:00:00Z');
const LONG = '{"function":"PT4M"}';

function linesOf(change: (fleet: AgentFleet) => void, context: Record<string, unknown> = { timeouts: LONG }): string[] {
  try {
    return [
      ...loadFleet(
        agentFleet(change),
        readContext((key) => context[key]),
        NOW,
      ).warnings,
    ];
  } catch (error) {
    if (error instanceof ConfigurationError) return [...error.lines];
    throw error;
  }
}

const first = (fleet: AgentFleet) => fleet.credentials[0] as AgentFleet['credentials'][number];

describe('agents in the fleet file', () => {
  it('are taken, and no host of theirs has to be allowed', () => {
    const { agents, warnings } = loadFleet(
      agentFleet(),
      readContext(
        (key) =>
          ({
            timeouts: LONG,
            allowedHosts: 'acme.example.com,acme-test.example.com,globex.example.com,flow.globex.example.com',
          })[key as 'timeouts'],
      ),
      NOW,
    );
    expect(agents.map(({ name }) => name)).toEqual(['acme-flow01', 'acme-flow02']);
    expect(warnings.join()).not.toContain('agent');
  });

  it.each<[string, (fleet: AgentFleet) => void, RegExp]>([
    [
      'a connector of an agent that is not there',
      (fleet) => {
        first(fleet).connectors = [byAgent('acme-flow1', 'ifs')];
      },
      /^credentials\[0\]\.connectors\[0\]\.agent: 'acme-flow1' is not among agents\[\]\.name; did you mean 'acme-flow01'\? \(acme-prod,/,
    ],
    [
      'a file without agents',
      (fleet) => {
        delete fleet.agents;
      },
      /^credentials\[0\]\.connectors\[0\]\.agent: 'acme-flow01' is not among agents\[\]\.name; add it there/,
    ],
    [
      'two agents of one name',
      (fleet) => void fleet.agents?.push({ name: 'acme-flow01', principalArns: [INSTANCE] }),
      /^agents\[2\]\.name: is already the name of element 0/,
    ],
    [
      'a name that is none',
      (fleet) => void fleet.agents?.push({ name: 'Flow 01', principalArns: [INSTANCE] }),
      /^agents\[2\]\.name: must be 3 to 40 lower-case letters/,
    ],
    [
      'an agent that nobody may be',
      (fleet) => void fleet.agents?.push({ name: 'acme-flow03' }),
      /^agents\[2\]: needs either principalArns or rolesAnywhere/,
    ],
    [
      'an agent that anybody may be',
      (fleet) => void fleet.agents?.push({ name: 'acme-flow03', principalArns: ['*'] }),
      /^agents\[2\]\.principalArns\[0\]: is not the ARN of an IAM role or user/,
    ],
    [
      'an unknown key',
      (fleet) => void fleet.agents?.push({ name: 'acme-flow03', principalArn: [INSTANCE], principalArns: [INSTANCE] }),
      /^agents\[2\]\.principalArn: unknown key; did you mean 'principalArns'\?/,
    ],
    [
      'a configuration that two connectors of a credential have',
      (fleet) => {
        first(fleet).connectors = [byAgent('acme-flow01', 'ifs'), { ...byAgent('acme-flow01', 'ifs'), name: 'other' }];
      },
      /^credentials\[0\]\.connectors\[1\]\.configuration: is already that of credentials\.0\.connectors\.0/,
    ],
    [
      'a configuration that two credentials have',
      (fleet) => {
        first(fleet).connectors = [byAgent('acme-flow02', 'ifs-test')];
      },
      /^credentials\[1\]\.connectors\[0\]\.configuration: is already that of credentials\.0\.connectors\.0/,
    ],
  ])('refuses %s', (_, change, fault) => {
    expect(linesOf(change)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });

  it('warns of an agent that no connector names', () => {
    expect(linesOf((fleet) => void fleet.agents?.push({ name: 'idle', principalArns: [INSTANCE] }))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^agents\[2\]\.name: no connector is reached by the agent 'idle'/),
      ]),
    );
  });

  it('refuses a function timeout that does not hold one more restart, and says which does', () => {
    const lines = linesOf(() => undefined, {});
    expect(lines).toEqual([
      expect.stringMatching(
        /^credentials\[0\]\.connectors\[0\]\.timeout: the context's timeouts\.function 'PT90S' is too short for it: auto .* needs at least PT181S/,
      ),
      expect.stringMatching(/^credentials\[1\]\.connectors\[0\]\.timeout: .*in-place .* needs at least PT151S/),
    ]);
    expect(linesOf(() => undefined, { timeouts: '{"function":"PT181S"}' }).join()).not.toContain('too short');
    expect(linesOf(() => undefined, { timeouts: '{"function":"PT180S"}' }).join()).toContain('too short');
  });

  it('asks for less where two secrets work at once', () => {
    const overlapping = (fleet: AgentFleet) => {
      first(fleet).strategy = 'dual-secret';
      fleet.credentials.splice(1, 1);
      fleet.agents?.splice(1, 1);
    };
    expect(linesOf(overlapping, {}).join()).not.toContain('too short');
    const slow = (fleet: AgentFleet) => {
      overlapping(fleet);
      first(fleet).connectors = [byAgent('acme-flow01', 'ifs', { timeout: 'PT2M' })];
    };
    expect(linesOf(slow, {}).join()).toContain('needs at least PT161S');
  });

  it('refuses names that make the name of a queue too long', () => {
    const prefix = 'a-prefix-that-is-as-long-as-one-may-be-x';
    const name = 'an-agent-with-a-name-that-is-very-long-x';
    const lines = linesOf(
      (fleet) => {
        fleet.agents = [{ name, principalArns: [INSTANCE] }];
        first(fleet).connectors = [byAgent(name, 'ifs')];
        fleet.credentials = JSON.parse(
          JSON.stringify(fleet.credentials.slice(0, 1)).replaceAll('client-secret-rotation-access', `${prefix}-access`),
        );
      },
      { timeouts: LONG, prefix },
    );
    expect(lines).toEqual(
      [expect.stringMatching(/^agents\[0\]\.name: makes the queue a-prefix-.* longer than 80 characters/)].reverse(),
    );
  });
});

it.each(['csr-agent', 'csr-replies', 'csr-agent-eu'])(
  'the prefix %s is refused: queues of another stack begin like it',
  (prefix) => {
    expect(() => readContext((key) => ({ prefix })[key as 'prefix'])).toThrow(/queues of another stack/);
  },
);
