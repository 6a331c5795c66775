import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const EXAMPLE = resolve(import.meta.dirname, '../../../credentials.example.json');

/** A connector by agent. */
export const byAgent = (agent: string, configuration: string, more: object = {}) => ({
  name: configuration,
  via: 'agent',
  agent,
  configuration,
  ...more,
});

export const INSTANCE = 'arn:aws:iam::444455556666:role/flow-host';
export const ANCHOR = 'arn:aws:rolesanywhere:eu-north-1:444455556666:trust-anchor/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';

/** The example fleet, of which `acme-prod` and `acme-test` are reached by an agent each. */
export function agentFleet(change: (fleet: AgentFleet) => void = () => undefined): string {
  const fleet = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as AgentFleet;
  const [prod, test] = fleet.credentials;
  if (prod) prod.connectors = [byAgent('acme-flow01', 'ifs-production'), byAgent('acme-flow01', 'ifs-second')];
  if (test) test.connectors = [byAgent('acme-flow02', 'ifs-test', { timeout: 'PT30S' })];
  fleet.agents = [
    { name: 'acme-flow01', principalArns: [INSTANCE] },
    { name: 'acme-flow02', rolesAnywhere: { trustAnchorArn: ANCHOR, subject: 'acme-flow02' } },
  ];
  change(fleet);
  const path = join(mkdtempSync(join(tmpdir(), 'agents-')), 'fleet.json');
  writeFileSync(path, JSON.stringify(fleet, null, 2));
  return path;
}

/** As it is written, whatever is right or wrong with it. */
export interface AgentFleet {
  credentials: (Record<string, unknown> & { connectors: unknown[] })[];
  agents?: Record<string, unknown>[];
}
