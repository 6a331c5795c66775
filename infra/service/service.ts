import { Duration, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { durationMs } from '../../functions/credential/duration.ts';
import type { Deployment } from '../context.ts';
import { acknowledge } from '../faults/findings.ts';
import { FleetBucket } from '../many/bucket.ts';
import { FleetRotations } from '../many/fleet-rotations.ts';
import { manyPermissions } from '../many/permissions.ts';
import { Network } from '../network/network.ts';
import { Watch } from '../watch/watch.ts';
import { AuditSchedule } from './audit-schedule.ts';
import { functionEnvironment } from './environment.ts';
import { HttpApi } from './http-api.ts';
import { READERS, type ServiceLinks, WRITERS } from './links.ts';
import { allowLogs } from './logs.ts';
import { type FunctionName, type Names, namesOf } from './names.ts';
import {
  apiPermissions,
  auditPermissions,
  deadLetterPermissions,
  retirePermissions,
  rotatePermissions,
} from './permissions.ts';
import { retention } from './retention.ts';
import { RotationFunction, type RotationFunctionProps } from './rotation-function.ts';
import { Scheduling } from './scheduling.ts';
import { Signer } from './signer.ts';
import { Table } from './table.ts';

/** API Gateway gives up after 30 seconds: the function answers before. */
const API_TIMEOUT = Duration.seconds(29);
/** An audit is over before the next one begins. */
const AUDIT_TIMEOUT = Duration.minutes(14);
/** How long it may take to choose among ten thousand credentials. */
const MANY_TIMEOUT = Duration.minutes(14);

/** Properties of {@link Service}. */
export interface ServiceProps {
  readonly deployment: Deployment;
  /** Whether Secrets Manager rotates a credential by its own four steps. */
  readonly native: boolean;
  /** Whether an IAM is changed by a person, who submits secrets to an inbox. */
  readonly inboxes: boolean;
  /** Whether connectors are reached by agents. */
  readonly agents: boolean;
  /** What the credentials name as the keys with which the rotator signs in to their IAMs. */
  readonly signingKeys: readonly string[];
}

/** Everything that exists once, however many credentials there are. */
export class Service extends Construct {
  readonly names: Names;
  readonly key: Key;
  /** Signs the rotator in to IAMs. @default - no credential names it */
  readonly signerKey?: Key;
  readonly deadLetters: Queue;
  readonly table: Table['table'];
  readonly scheduling: Scheduling;
  readonly functions: Readonly<Record<FunctionName, RotationFunction['function']>>;
  readonly httpApi: HttpApi;
  readonly watch: Watch;
  /** Lets Secrets Manager invoke `rotate`. @default - no credential is rotated by Secrets Manager's own four steps */
  readonly mayRotate?: CfnPermission;

  constructor(scope: Construct, id: string, { deployment, signingKeys, ...kinds }: ServiceProps) {
    super(scope, id);
    const names = namesOf(deployment.prefix, Stack.of(this));
    this.names = names;
    this.key = new Key(this, 'Key', {
      alias: deployment.prefix,
      description: `Secrets, schedules and dead letters of ${deployment.prefix}`,
      enableKeyRotation: true,
      removalPolicy: retention(deployment),
    });
    const { vpc: settings } = deployment;
    const flowLogs = settings && 'cidr' in settings ? [names.flowLogGroup] : [];
    allowLogs(this.key, [...Object.values(names.logGroups), ...flowLogs]);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: this.key,
      // An emulator on loopback has no TLS, and would let nobody in.
      enforceSSL: !deployment.local,
      retentionPeriod: Duration.days(14),
      removalPolicy: retention(deployment),
    });
    acknowledge(this.deadLetters, {
      'AwsSolutions-SQS3': 'It is the dead-letter queue, of the schedules and of Lambda.',
    });
    this.table = new Table(this, 'Table', { deployment, names, key: this.key }).table;
    this.scheduling = new Scheduling(this, 'Scheduling', { names, key: this.key, deadLetters: this.deadLetters });

    const schedulerRoleArn = this.scheduling.role.roleArn;
    const signer = new Signer(this, 'Signer', { deployment, named: signingKeys });
    if (signer.key) this.signerKey = signer.key;
    const shared = { names, key: this.key, schedulerRoleArn, local: deployment.local };
    const grantable = { ...shared, ...kinds, signers: signer.arns };
    const environment = functionEnvironment({
      deployment,
      names,
      schedulerRoleArn,
      deadLetterArn: this.deadLetters.queueArn,
      keyArn: this.key.keyArn,
    });
    const files = new FleetBucket(this, 'FleetBucket', { deployment, key: this.key });
    const { bucket } = files;
    // They send secrets where the settings say. The API tells settings only.
    const pinned = { ...environment, SETTINGS_PINNED: 'true' };
    const givenUp = deadLetterPermissions(this.deadLetters, this.key);
    // These call customers' systems. The others call AWS only.
    const network =
      settings &&
      new Network(this, 'Network', { deployment, settings, key: this.key, logGroupName: names.flowLogGroup });
    const asynchronous = {
      timeout: Duration.millis(durationMs(deployment.timeouts.function)),
      network,
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    };
    const define = (file: FunctionName, props: Omit<RotationFunctionProps, 'deployment' | 'names' | 'key' | 'file'>) =>
      new RotationFunction(this, file, { deployment, names, key: this.key, file, ...props }).function;
    this.functions = {
      rotate: define('rotate', {
        description: 'Rotates one client secret.',
        environment: pinned,
        permissions: [...rotatePermissions(grantable), ...givenUp],
        ...asynchronous,
      }),
      retire: define('retire', {
        description: 'Ends a previous client secret.',
        environment: pinned,
        permissions: [...retirePermissions(grantable), ...givenUp],
        ...asynchronous,
      }),
      api: define('api', {
        description: 'Answers the HTTP API.',
        environment: { ...environment, MANY_STATE_MACHINE_ARN: names.fleetRotations.arn },
        timeout: API_TIMEOUT,
        permissions: apiPermissions(grantable),
      }),
      audit: define('audit', {
        description: 'Looks at the credentials between their rotations, and changes nothing.',
        environment: pinned,
        permissions: [...auditPermissions(grantable, deployment.repair), ...givenUp],
        ...asynchronous,
        timeout: AUDIT_TIMEOUT,
      }),
      many: define('many', {
        description: 'Begins and ends rotations of many credentials.',
        environment: { ...environment, MANY_BUCKET: bucket.bucketName },
        permissions: manyPermissions({ ...grantable, bucket }),
        timeout: MANY_TIMEOUT,
      }),
    };
    files.acknowledgeFiles(this.node.findChild('many'));
    new FleetRotations(this, 'FleetRotations', { deployment, names, key: this.key, files });
    const { functions, scheduling, key, deadLetters } = this;
    new AuditSchedule(this, 'AuditSchedule', { functions, scheduling, key, deadLetters, repair: deployment.repair });
    // An emulator lacks the type that needs it.
    if (kinds.native && !deployment.local) this.mayRotate = this.#letSecretsManagerRotate(names);
    this.httpApi = new HttpApi(this, 'HttpApi', { deployment, names, key: this.key, handler: this.functions.api });
    this.watch = new Watch(this, 'Watch', {
      deployment,
      names,
      key: this.key,
      functions: this.functions,
      deadLetters: this.deadLetters,
      api: this.httpApi.metrics,
    });
  }

  /** What credentials and agents need of it. */
  get links(): ServiceLinks {
    return {
      key: this.key,
      scheduleGroup: this.scheduling.recurring.ref,
      rotateArn: this.functions.rotate.functionArn,
      schedulerRoleArn: this.scheduling.role.roleArn,
      deadLetterArn: this.deadLetters.queueArn,
      functionRoles: READERS.map((name) => this.functions[name].role?.roleName ?? ''),
      writerRoles: WRITERS.map((name) => this.functions[name].role?.roleName ?? ''),
      beforeSchedules: this.scheduling.role,
      ...(this.mayRotate && { beforeNativeRotation: [this.mayRotate] }),
      addAlarm: (entry) => this.watch.add(entry),
    };
  }

  /** One permission for every secret of the stack: one for each would overflow the function's policy at 46 of them. */
  #letSecretsManagerRotate(names: Names): CfnPermission {
    return new CfnPermission(this, 'SecretsManagerMayRotate', {
      action: 'lambda:InvokeFunction',
      functionName: this.functions.rotate.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: names.credentialSecrets,
    });
  }
}
