import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import type { Fault } from '../faults/fault.ts';
import type { AgentSettings } from '../fleet/agents.ts';
import { isChat } from '../watch/notify.ts';
import { partitionOf } from './regions.ts';

type Placed = Pick<Deployment, 'region' | 'local' | 'alarmTopicArn' | 'notify'>;

/** What of the context can't be in the partition that it is deployed to. One line each. */
export function partitionContextFaults({ region, local, alarmTopicArn, notify }: Placed): string[] {
  if (region === undefined || local) return [];
  const topic = alarmTopicArn === undefined ? undefined : strange(alarmTopicArn, region);
  return [
    ...(topic === undefined ? [] : [`context.alarmTopicArn: ${topic}`]),
    ...(isChat(notify) && partitionOf(region) !== 'aws'
      ? [`context.notify: slack and teams not in ${region}: Amazon Q Developer in chat applications is not there`]
      : []),
  ];
}

/** What of agents and credentials names something of another partition, which can't be trusted there. */
export function partitionFaults(
  { agents, credentials }: { agents: readonly AgentSettings[]; credentials: readonly Pick<Credential, 'account'>[] },
  { region, local }: Placed,
): Fault[] {
  if (region === undefined || local) return [];
  const roles = credentials.flatMap(({ account }, index) =>
    account ? strangeAt(account.roleArn, ['credentials', index, 'account', 'roleArn'], region) : [],
  );
  const trusted = agents.flatMap(({ principalArns = [], rolesAnywhere }, index) => [
    ...principalArns.flatMap((arn, i) => strangeAt(arn, ['agents', index, 'principalArns', i], region)),
    ...(rolesAnywhere
      ? strangeAt(rolesAnywhere.trustAnchorArn, ['agents', index, 'rolesAnywhere', 'trustAnchorArn'], region)
      : []),
  ]);
  return [...roles, ...trusted];
}

/** A fault where an ARN is of another partition than a region. */
function strangeAt(arn: string, path: readonly PropertyKey[], region: string): Fault[] {
  const message = strange(arn, region);
  return message === undefined ? [] : [{ path, message }];
}

function strange(arn: string, region: string): string | undefined {
  const [, partition] = arn.split(':');
  const own = partitionOf(region);
  return partition === own ? undefined : `is of the partition ${partition}, and ${region} is in ${own}`;
}
