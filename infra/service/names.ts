import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';

/** The functions, by the file in `functions/` that each one runs. */
export type FunctionName = 'rotate' | 'retire' | 'api' | 'audit' | 'many';

/**
 * The names and ARNs that follow from the prefix alone. A function has its own and its sisters' ARNs in its environment:
 * CloudFormation would call that a circular dependency, so they are put together from the fixed names.
 */
export interface Names {
  readonly functions: Readonly<Record<FunctionName, { readonly name: string; readonly arn: string }>>;
  /** Log groups: one for each function, by the name that Lambda's own would have, and the API's access log. */
  readonly logGroups: Readonly<Record<FunctionName | 'access', string>>;
  /** The log group of what passes in a VPC of the stack's own. */
  readonly flowLogGroup: string;
  /** Schedule groups: one for the credentials, one for what happens once. */
  readonly groups: Readonly<Record<'recurring' | 'once', string>>;
  readonly groupArns: readonly string[];
  /** The table of runs, keys of requests, tasks and acknowledgements. */
  readonly table: { readonly name: string; readonly arn: string };
  /** The state machine of fleet rotations, and its executions. */
  readonly fleetRotations: { readonly name: string; readonly arn: string; readonly executions: string };
  /** The bus on which people are told of their tasks. */
  readonly eventBus: string;
  /** Secrets and schedules that come and go with credentials and rotations: the stack's own namespaces. */
  readonly credentialSecrets: string;
  readonly accessSecrets: string;
  readonly inboxes: string;
  readonly recurringSchedules: string;
  readonly onceSchedules: string;
  /** The queues between the functions and agents. */
  readonly requestQueues: string;
  readonly replyQueues: string;
}

/**
 * Derives every fixed name.
 *
 * @param prefix the deployment's prefix
 * @param stack gives partition, region and account
 */
export function namesOf(prefix: string, stack: Stack): Names {
  const groups = { recurring: prefix, once: `${prefix}-once` };
  const slash = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName });
  const colon = (service: string, resource: string, resourceName: string) =>
    stack.formatArn({ service, resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const queue = (resource: string) =>
    stack.formatArn({ service: 'sqs', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  const lambda = (file: FunctionName) => ({
    name: `${prefix}-${file}`,
    arn: colon('lambda', 'function', `${prefix}-${file}`),
  });
  return {
    functions: {
      rotate: lambda('rotate'),
      retire: lambda('retire'),
      api: lambda('api'),
      audit: lambda('audit'),
      many: lambda('many'),
    },
    logGroups: {
      rotate: `/aws/lambda/${prefix}-rotate`,
      retire: `/aws/lambda/${prefix}-retire`,
      api: `/aws/lambda/${prefix}-api`,
      audit: `/aws/lambda/${prefix}-audit`,
      many: `/aws/lambda/${prefix}-many`,
      access: `/aws/apigateway/${prefix}`,
    },
    flowLogGroup: `/aws/vpc/${prefix}`,
    groups,
    groupArns: [groups.recurring, groups.once].map((name) => slash('scheduler', 'schedule-group', name)),
    table: { name: prefix, arn: slash('dynamodb', 'table', prefix) },
    fleetRotations: {
      name: `${prefix}-many`,
      arn: colon('states', 'stateMachine', `${prefix}-many`),
      executions: colon('states', 'execution', `${prefix}-many:*`),
    },
    eventBus: slash('events', 'event-bus', 'default'),
    credentialSecrets: colon('secretsmanager', 'secret', `${prefix}/*`),
    accessSecrets: colon('secretsmanager', 'secret', `${prefix}-access/*`),
    inboxes: colon('secretsmanager', 'secret', `${prefix}-inbox/*`),
    recurringSchedules: slash('scheduler', 'schedule', `${groups.recurring}/*`),
    onceSchedules: slash('scheduler', 'schedule', `${groups.once}/*`),
    requestQueues: queue(requestQueueName(prefix, '*')),
    replyQueues: queue(replyQueueName(prefix, '*')),
  };
}
