import { type CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import type { Deployment } from '../context.ts';
import type { AlarmEntry } from '../watch/alarm-table.ts';
import { Alarms } from '../watch/alarms.ts';
import { topicName } from '../watch/topic.ts';
import { namesOf } from './names.ts';

/** What credentials and agents need of the service, whichever stack they lie in. */
export interface ServiceLinks {
  readonly key: IKey;
  /** The group of the credentials' schedules. */
  readonly scheduleGroup: string;
  readonly rotateArn: string;
  readonly schedulerRoleArn: string;
  readonly deadLetterArn: string;
  /** Names of the roles of the functions that read and write credentials' secrets. */
  readonly functionRoles: readonly string[];
  /** Those of them that write: {@link WRITERS}. */
  readonly writerRoles: readonly string[];
  /** What has to exist before a schedule may call what it names. @default - it exists */
  readonly beforeSchedules?: IDependable;
  /** What has to exist before Secrets Manager tries the function out. @default - Secrets Manager rotates nothing */
  readonly beforeNativeRotation?: readonly CfnResource[];
  /** Adds an alarm of something that a fleet has many of. */
  addAlarm(entry: AlarmEntry): void;
}

/** The functions that change credentials' secrets. */
export const WRITERS = ['rotate', 'retire'] as const;

/** The functions that read and write credentials' secrets; those that write come first. */
export const READERS = [...WRITERS, 'audit'] as const;

/** What has no fixed name, by the last part of the name of the parameter that tells it. */
const TOLD = ['key-arn', 'scheduler-role-arn', 'dead-letter-arn', 'function-roles'] as const;

/** Where the stack of the service writes what has no fixed name. */
function parameterName(prefix: string, what: (typeof TOLD)[number]): string {
  return `/client-secret-rotation/${prefix}/${what}`;
}

/** Properties of {@link ToldLinks}. */
export interface ToldLinksProps {
  readonly prefix: string;
  readonly links: ServiceLinks;
}

/** Tells the stacks beside that of the service what has no fixed name. CloudFormation reads it there whenever it deploys one. */
export class ToldLinks extends Construct {
  constructor(scope: Construct, id: string, { prefix, links }: ToldLinksProps) {
    super(scope, id);
    const values = {
      'key-arn': links.key.keyArn,
      'scheduler-role-arn': links.schedulerRoleArn,
      'dead-letter-arn': links.deadLetterArn,
      'function-roles': links.functionRoles.join(','),
    } satisfies Record<(typeof TOLD)[number], string>;
    for (const what of TOLD) {
      new StringParameter(this, what, { parameterName: parameterName(prefix, what), stringValue: values[what] });
    }
  }
}

/**
 * The service as a stack beside it knows it: by fixed names only. Nothing is exported, so that no stack keeps another from changing.
 *
 * @param scope in the stack beside
 * @see [Parameter types of Systems Manager](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html)
 */
export function linksBeside(scope: Construct, deployment: Deployment): ServiceLinks {
  const stack = Stack.of(scope);
  const { prefix, alarmTopicArn, local } = deployment;
  const names = namesOf(prefix, stack);
  const told = (what: (typeof TOLD)[number]) =>
    StringParameter.valueForStringParameter(scope, parameterName(prefix, what));
  const topicArn = alarmTopicArn ?? stack.formatArn({ service: 'sns', resource: topicName(prefix) });
  let alarms: Alarms | undefined;
  let roles: readonly string[] | undefined;
  return {
    key: Key.fromKeyArn(scope, 'Key', told('key-arn')),
    scheduleGroup: names.groups.recurring,
    rotateArn: names.functions.rotate.arn,
    schedulerRoleArn: told('scheduler-role-arn'),
    deadLetterArn: told('dead-letter-arn'),
    // Asked for where a stack needs it: a parameter that nobody reads is one too many.
    get functionRoles() {
      roles ??= Fn.split(',', told('function-roles'), READERS.length);
      return roles;
    },
    get writerRoles() {
      return this.functionRoles.slice(0, WRITERS.length);
    },
    // An emulator lacks the type that needs it.
    ...(!local && { beforeNativeRotation: [] }),
    addAlarm: (entry) => {
      alarms ??= new Alarms(scope, 'Alarms', { deployment, topic: Topic.fromTopicArn(scope, 'Topic', topicArn) });
      alarms.add(entry);
    },
  };
}
