import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Names } from './names.ts';
import { deadLetterPermissions } from './permissions.ts';

/** Properties of {@link Scheduling}. */
export interface SchedulingProps {
  readonly names: Names;
  readonly key: IKey;
  readonly deadLetters: IQueue;
}

/** The two schedule groups, and the one role with which EventBridge Scheduler calls the functions. */
export class Scheduling extends Construct {
  /** One schedule a credential. Ref gives a group's name. */
  readonly recurring: CfnScheduleGroup;
  /** Schedules that fire once: the end of a grace, the repeat of a push. And the audit's own. */
  readonly once: CfnScheduleGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, { names, key, deadLetters }: SchedulingProps) {
    super(scope, id);
    this.recurring = new CfnScheduleGroup(this, 'Recurring', { name: names.groups.recurring });
    this.once = new CfnScheduleGroup(this, 'Once', { name: names.groups.once });
    // See https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    this.role = new Role(this, 'Role', {
      description: 'EventBridge Scheduler calls rotate, retire and audit with this role.',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': names.groupArns },
        },
      }),
    });
    const { rotate, retire, audit } = names.functions;
    const targets = [rotate.arn, retire.arn, audit.arn];
    this.role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: targets }));
    // The schedules' inputs are encrypted. No kms:ViaService: nobody but Scheduler can assume this role.
    this.role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [key.keyArn] }));
    for (const statement of deadLetterPermissions(deadLetters, key)) this.role.addToPolicy(statement);
  }
}
