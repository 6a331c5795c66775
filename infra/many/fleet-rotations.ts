import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { DefinitionBody, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { durationMs } from '../../functions/credential/duration.ts';
import type { Deployment } from '../context.ts';
import { acknowledge, acknowledgeNamespaces } from '../faults/findings.ts';
import type { Names } from '../service/names.ts';
import type { FleetBucket } from './bucket.ts';
import { fleetRotationDefinition } from './definition.ts';
import { stateMachinePermissions } from './permissions.ts';

/** How many runs an emulator has at a time: it reads no path for that. */
const LOCAL_CONCURRENCY = 4;

/** Properties of {@link FleetRotations}. */
export interface FleetRotationsProps {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly key: Key;
  readonly files: FleetBucket;
}

/** The state machine that rotates many credentials at once, and a role that may do exactly that. */
export class FleetRotations extends Construct {
  constructor(scope: Construct, id: string, { deployment, names, key, files }: FleetRotationsProps) {
    super(scope, id);
    const { local, timeouts } = deployment;
    const stack = Stack.of(this);
    const { bucket } = files;
    const role = new Role(this, 'Role', {
      description: 'Step Functions rotates many credentials with this role.',
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': names.fleetRotations.arn },
        },
      }),
    });
    for (const statement of stateMachinePermissions({ names, key, local, bucket })) role.addToPolicy(statement);
    acknowledgeNamespaces(role, deployment.prefix);
    files.acknowledgeFiles(role);
    const definition = fleetRotationDefinition({
      partition: stack.partition,
      rotateArn: names.functions.rotate.arn,
      manyArn: names.functions.many.arn,
      tableName: names.table.name,
      bucketName: bucket.bucketName,
      leaseSeconds: Math.ceil((durationMs(timeouts.function) + durationMs(timeouts.http)) / 1000),
      ...(local && { maxConcurrency: LOCAL_CONCURRENCY }),
    });
    const machine = new StateMachine(this, 'StateMachine', {
      stateMachineName: names.fleetRotations.name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(definition)),
      role,
      comment: 'Rotates many credentials.',
    });
    machine.node.addDependency(role);
    acknowledge(machine, {
      'AwsSolutions-SF1':
        'Step Functions keeps the history of each execution for 90 days, and the manifest stays longer.',
      'AwsSolutions-SF2': 'Each run is traced by its own function.',
    });
  }
}
