import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { durationMs } from '../functions/rotation/duration.ts';
import { Alarms } from './alarms.ts';
import type { Deployment } from './context.ts';
import { functionEnvironment } from './environment.ts';
import { acknowledge } from './findings.ts';
import { HttpApi } from './http-api.ts';
import { type FunctionName, namesOf } from './names.ts';
import { apiPermissions, deadLetterPermissions, retirePermissions, rotatePermissions } from './permissions.ts';
import { RotationFunction, type RotationFunctionProps } from './rotation-function.ts';
import { Scheduling } from './scheduling.ts';

/** API Gateway gives up after 30 seconds: the function answers before. */
const API_TIMEOUT = Duration.seconds(29);

/** Properties of {@link Service}. */
export interface ServiceProps {
  readonly deployment: Deployment;
  readonly allowedHosts: readonly string[];
  /** Whether Secrets Manager rotates a credential by its own four steps. */
  readonly native: boolean;
}

/** Everything that exists once, however many credentials there are. */
export class Service extends Construct {
  readonly key: Key;
  readonly deadLetters: Queue;
  readonly scheduling: Scheduling;
  readonly functions: Readonly<Record<FunctionName, RotationFunction['function']>>;
  readonly httpApi: HttpApi;

  constructor(scope: Construct, id: string, { deployment, allowedHosts, native }: ServiceProps) {
    super(scope, id);
    const names = namesOf(deployment.prefix, Stack.of(this));
    this.key = new Key(this, 'Key', {
      alias: deployment.prefix,
      description: `Secrets, schedules and dead letters of ${deployment.prefix}`,
      enableKeyRotation: true,
      removalPolicy: deployment.local ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.deadLetters, {
      'AwsSolutions-SQS3': 'It is the dead-letter queue, of the schedules and of Lambda.',
    });
    this.scheduling = new Scheduling(this, 'Scheduling', { names, key: this.key, deadLetters: this.deadLetters });

    const schedulerRoleArn = this.scheduling.role.roleArn;
    const grantable = { names, key: this.key, schedulerRoleArn, local: deployment.local, native };
    const environment = functionEnvironment({
      deployment,
      names,
      allowedHosts,
      schedulerRoleArn,
      deadLetterArn: this.deadLetters.queueArn,
    });
    const givenUp = deadLetterPermissions(this.deadLetters, this.key);
    const asynchronous = {
      timeout: Duration.millis(durationMs(deployment.timeouts.function)),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    };
    const define = (file: FunctionName, props: Omit<RotationFunctionProps, 'deployment' | 'names' | 'file'>) =>
      new RotationFunction(this, file, { deployment, names, file, ...props }).function;
    this.functions = {
      rotate: define('rotate', {
        description: 'Rotates one client secret.',
        environment,
        permissions: [...rotatePermissions(grantable), ...givenUp],
        ...asynchronous,
      }),
      retire: define('retire', {
        description: 'Ends a previous client secret.',
        environment,
        permissions: [...retirePermissions(grantable), ...givenUp],
        ...asynchronous,
      }),
      api: define('api', {
        description: 'Answers the HTTP API.',
        environment: { ...environment, ROTATE_FUNCTION_NAME: names.functions.rotate.name },
        timeout: API_TIMEOUT,
        permissions: apiPermissions(grantable),
      }),
    };
    this.httpApi = new HttpApi(this, 'HttpApi', { deployment, handler: this.functions.api });
    new Alarms(this, 'Alarms', { deployment, functions: this.functions, deadLetters: this.deadLetters });
  }
}
