import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { durationMs } from '../functions/rotation/duration.ts';

const DAY_MS = 86_400_000;

/** Properties of {@link NativeRotation}. */
export interface NativeRotationProps {
  /** The secret's ARN. */
  readonly secretArn: string;
  /** Takes Secrets Manager's four steps. */
  readonly rotate: IFunction;
  /** ISO 8601; Secrets Manager counts whole days. */
  readonly maxAge: string;
}

/**
 * Registers the rotation function with a secret: what auditors look for. Its interval is a backstop at the maximum age, which fires
 * only when the schedule did not. Nothing is rotated by deploying it.
 *
 * @see [AWS::SecretsManager::RotationSchedule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html)
 */
export class NativeRotation extends Construct {
  constructor(scope: Construct, id: string, { secretArn, rotate, maxAge }: NativeRotationProps) {
    super(scope, id);
    const permission = new CfnPermission(this, 'MayInvoke', {
      action: 'lambda:InvokeFunction',
      functionName: rotate.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceArn: secretArn,
    });
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: secretArn,
      rotationLambdaArn: rotate.functionArn,
      rotateImmediatelyOnUpdate: false,
      rotationRules: { automaticallyAfterDays: Math.floor(durationMs(maxAge) / DAY_MS) },
    });
    schedule.addResourceDependency(permission);
  }
}
