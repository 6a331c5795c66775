import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';
import { customer } from '../../support/settings.ts';
import { ANCHOR, INSTANCE } from '../fleet/agent-fleet.ts';

const file = join(mkdtempSync(join(tmpdir(), 'regions-')), 'fleet.json');
const BY_AGENT = { connectors: [{ name: 'IFS', via: 'agent', agent: 'flow01', configuration: 'ifs' }] };

/** The lines that refuse a fleet of one credential. */
function faults({
  change = {},
  agents,
  context = {},
  region,
}: {
  change?: Record<string, unknown>;
  agents?: object[];
  context?: Record<string, unknown>;
  region?: string;
}): readonly string[] {
  writeFileSync(file, JSON.stringify({ credentials: [customer('acme-prod', change)], ...(agents && { agents }) }));
  const all: Record<string, unknown> = { prefix: 'csr', timeouts: { function: 'PT5M' }, ...context };
  try {
    loadFleet(file, { ...readContext((key) => all[key]), region });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
  return [];
}

describe('replicas', () => {
  it.each([
    ['a name', ['eu-west-1']],
    ['a key by its ARN', [{ region: 'eu-west-1', kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1a' }]],
    ['a key by its alias', [{ region: 'eu-west-1', kmsKeyId: 'alias/ours' }]],
    ['none', []],
    ['its own region, after a move', ['eu-north-1', 'eu-west-1']],
  ])('are taken: %s', (_what, replicaRegions) => {
    expect(faults({ change: { replicaRegions }, region: 'eu-north-1' })).toEqual([]);
  });

  it.each([
    [
      'a mistyped region',
      ['eu-wst-1'],
      "replicaRegions[0].region: 'eu-wst-1' is not a region of AWS; did you mean 'eu-west-1'?",
    ],
    ['no region at all', ['Ireland'], 'replicaRegions[0]: is not the name of a region of AWS; for example eu-west-1'],
    [
      'one region twice',
      ['eu-west-1', { region: 'eu-west-1' }],
      'replicaRegions[1].region: is already the region of element 0',
    ],
    [
      'a key of another region',
      [{ region: 'eu-west-1', kmsKeyId: 'arn:aws:kms:eu-north-1:111122223333:key/1a' }],
      'replicaRegions[0].kmsKeyId: is a key of eu-north-1: name one of eu-west-1',
    ],
    [
      'a region of another partition',
      ['cn-north-1'],
      "replicaRegions[0].region: 'cn-north-1' is in the partition aws-cn, and eu-north-1 in aws: nothing is copied between them",
    ],
    [
      'a key that is none',
      [{ region: 'eu-west-1', kmsKeyId: 'my key' }],
      'is not the ARN, the id or the alias of a KMS key',
    ],
  ])('are refused: %s', (_what, replicaRegions, line) => {
    expect(faults({ change: { replicaRegions }, region: 'eu-north-1' })).toEqual([expect.stringContaining(line)]);
  });

  it('of the context are judged alike', () => {
    expect(faults({ context: { replicaRegions: 'eu-west-1,eu-cental-1' } })).toEqual([
      "context.replicaRegions[1].region: 'eu-cental-1' is not a region of AWS; did you mean 'eu-central-1'?",
    ]);
  });
});

describe('secrets that are there already', () => {
  it.each(['true', 'acme-prod', ['acme-prod']])('are named: %j', (existingSecrets) => {
    expect(faults({ context: { existingSecrets } })).toEqual([]);
  });

  it('are those of credentials', () => {
    expect(faults({ context: { existingSecrets: 'acme-prd' } })).toEqual([
      "context.existingSecrets[0]: 'acme-prd' is not the id of a credential; did you mean 'acme-prod'?",
    ]);
  });
});

describe('what is of another partition', () => {
  const agents = [{ name: 'flow01', principalArns: [INSTANCE] }];
  const anywhere = [{ name: 'flow01', rolesAnywhere: { trustAnchorArn: ANCHOR, subject: 'flow01' } }];

  it.each([
    ['a role', agents, 'agents[0].principalArns[0]: is of the partition aws, and cn-north-1 is in aws-cn'],
    [
      'a trust anchor',
      anywhere,
      'agents[0].rolesAnywhere.trustAnchorArn: is of the partition aws, and cn-north-1 is in aws-cn',
    ],
  ])('is refused where the region is known: %s', (_what, list, line) => {
    expect(faults({ change: BY_AGENT, agents: list, region: 'cn-north-1' })).toEqual([expect.stringContaining(line)]);
    expect(faults({ change: BY_AGENT, agents: list, region: 'eu-north-1' })).toEqual([]);
    expect(faults({ change: BY_AGENT, agents: list })).toEqual([]);
    expect(faults({ change: BY_AGENT, agents: list, region: 'cn-north-1', context: { local: 'true' } })).toEqual([]);
  });

  it('is the role of another account', () => {
    const account = { roleArn: 'arn:aws:iam::222233334444:role/csr', externalId: 'drawn-for-acme' };
    expect(faults({ change: { account }, region: 'cn-north-1' })).toEqual([
      expect.stringContaining('account.roleArn: is of the partition aws, and cn-north-1 is in aws-cn'),
    ]);
  });

  it('is a topic, or a chat, which neither China nor GovCloud has', () => {
    const slack = { slack: { workspaceId: 'T0', channelId: 'C0' } };
    expect(faults({ context: { notify: slack }, region: 'us-gov-west-1' })).toEqual([
      'context.notify: slack and teams not in us-gov-west-1: Amazon Q Developer in chat applications is not there',
    ]);
    expect(faults({ context: { notify: slack }, region: 'eu-north-1' })).toEqual([]);
    const alarmTopicArn = 'arn:aws:sns:eu-north-1:111122223333:on-call';
    expect(faults({ context: { alarmTopicArn }, region: 'cn-north-1' })).toEqual([
      'context.alarmTopicArn: is of the partition aws, and cn-north-1 is in aws-cn',
    ]);
  });
});
