import type { CfnResource } from 'aws-cdk-lib';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { durationMs } from '../../functions/credential/duration.ts';

const DAY_MS = 86_400_000;

/** Properties of {@link NativeRotation}. */
export interface NativeRotationProps {
  /** The secret's ARN, or its name. */
  readonly secretArn: string;
  /** The function that takes Secrets Manager's four steps. */
  readonly rotateArn: string;
  /** ISO 8601; Secrets Manager counts whole days. */
  readonly maxAge: string;
  /** What has to exist when Secrets Manager tries the function out: the permission to invoke it, and the settings that it reads. */
  readonly after: readonly CfnResource[];
}

/**
 * Registers the rotation function with a secret: what auditors look for. Its interval is a backstop at the maximum age, which fires
 * only when the schedule did not. Nothing is rotated by deploying it.
 *
 * @see [AWS::SecretsManager::RotationSchedule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html)
 */
export class NativeRotation extends Construct {
  constructor(scope: Construct, id: string, { secretArn, rotateArn, maxAge, after }: NativeRotationProps) {
    super(scope, id);
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: secretArn,
      rotationLambdaArn: rotateArn,
      rotateImmediatelyOnUpdate: false,
      rotationRules: { automaticallyAfterDays: Math.floor(durationMs(maxAge) / DAY_MS) },
    });
    for (const resource of after) schedule.addResourceDependency(resource);
  }
}
