import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PIN_TAG, settingsPin } from '../../functions/credential/events/pin.ts';
import { scheduledEvent } from '../../functions/credential/events/scheduled.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Replica } from '../../functions/credential/settings/placement.ts';
import { windowMinutes } from '../../functions/credential/settings/schedule.ts';
import type { Deployment } from '../context.ts';
import { acknowledge } from '../faults/findings.ts';
import { OWN_TAG } from '../fleet/tags.ts';
import { isExisting } from '../regions/existing.ts';
import { replicasOf } from '../regions/replicas.ts';
import type { ServiceLinks } from '../service/links.ts';
import { retention } from '../service/retention.ts';
import { NativeRotation } from './native-rotation.ts';
import { secretArnByName } from './written-access-secrets.ts';

/** Properties of {@link RotatedCredential}. */
export interface RotatedCredentialProps {
  readonly deployment: Deployment;
  readonly credential: Credential;
  readonly service: ServiceLinks;
}

/**
 * One credential: its secret, which begins without any version, and the schedule that holds its settings. Where only a person can
 * change the IAM, also the inbox to which that person submits. With the context `existingSecrets` the secrets are there already.
 */
export class RotatedCredential extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string, props: RotatedCredentialProps) {
    super(scope, id);
    const { deployment, credential, service } = props;
    const existing = isExisting(credential.id, deployment);
    const secret = existing ? undefined : this.#addSecret(props);
    if (credential.iam.type === 'manual' && !existing) this.#addInbox(props);
    // Its ARN, as `ref` is on AWS; MiniStack's `ref` is the name, which no policy can grant.
    this.secretArn = secret?.attrId ?? secretArnByName(this, secretName(props));
    const { expression, timezone, flexibleWindow, state } = credential.schedule;
    const schedule = new CfnSchedule(this, 'Schedule', {
      name: credential.id,
      groupName: service.scheduleGroup,
      scheduleExpression: expression,
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: flexibleTimeWindow(flexibleWindow),
      state,
      kmsKeyArn: service.key.keyArn,
      target: {
        arn: service.rotateArn,
        roleArn: service.schedulerRoleArn,
        input: JSON.stringify(scheduledEvent(credential)),
        // These cover the delivery only; Lambda itself repeats a run that fails.
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 600 },
        deadLetterConfig: { arn: service.deadLetterArn },
      },
    });
    if (service.beforeSchedules) schedule.node.addDependency(service.beforeSchedules);
    this.#rotateNatively(props, secret, schedule);
  }

  #addSecret({ deployment, credential, service }: RotatedCredentialProps): CfnSecret {
    const replicas = replicasOf(credential, deployment);
    // The first value of a secret becomes AWSCURRENT whatever it is, so nothing but a rotation may put one: the L2 would.
    const secret = new CfnSecret(this, 'Secret', {
      name: secretName({ deployment, credential }),
      description: describe(credential),
      kmsKeyId: service.key.keyArn,
      // The key of the stack is not there: without one of that region it is aws/secretsmanager.
      ...(replicas.length > 0 && { replicaRegions: replicas.map(asProperty) }),
      tags: Object.entries({ ...credential.tags, [OWN_TAG]: credential.id, [PIN_TAG]: settingsPin(credential) }).map(
        ([key, value]) => ({ key, value }),
      ),
    });
    secret.applyRemovalPolicy(retention(deployment));
    return secret;
  }

  /** Without a value: that is an empty inbox. */
  #addInbox({ deployment, credential, service }: RotatedCredentialProps): void {
    const inbox = new CfnSecret(this, 'Inbox', {
      name: `${deployment.prefix}-inbox/${credential.id}`,
      description: `Inbox of ${credential.id}: put a secret here that was refreshed in the IAM`,
      kmsKeyId: service.key.keyArn,
      tags: [{ key: OWN_TAG, value: credential.id }],
    });
    inbox.applyRemovalPolicy(retention(deployment));
    acknowledge(inbox, { 'AwsSolutions-SMG4': 'A person fills it, and the rotator empties it.' });
  }

  #rotateNatively(props: RotatedCredentialProps, secret: CfnSecret | undefined, schedule: CfnSchedule): void {
    const { credential, service } = props;
    const { rotateArn, beforeNativeRotation } = service;
    if (credential.native && beforeNativeRotation) {
      const after = [...beforeNativeRotation, schedule];
      new NativeRotation(this, 'NativeRotation', {
        secretArn: secret?.ref ?? secretName(props),
        rotateArn,
        maxAge: credential.maxAge,
        after,
      });
      return;
    }
    if (!secret) return;
    acknowledge(secret, {
      'AwsSolutions-SMG4': 'EventBridge Scheduler rotates it, since the IAM and the connectors have to change with it.',
    });
  }
}

function secretName({ deployment, credential }: Pick<RotatedCredentialProps, 'deployment' | 'credential'>): string {
  return `${deployment.prefix}/${credential.id}`;
}

function flexibleTimeWindow(window: string | undefined): CfnSchedule.FlexibleTimeWindowProperty {
  const maximumWindowInMinutes = windowMinutes(window);
  return maximumWindowInMinutes === 0 ? { mode: 'OFF' } : { mode: 'FLEXIBLE', maximumWindowInMinutes };
}

function asProperty({ region, kmsKeyId }: Replica): CfnSecret.ReplicaRegionProperty {
  return kmsKeyId === undefined ? { region } : { region, kmsKeyId };
}

/** In another account lies the secret, and here the digest of the settings, which nobody there may change. */
function describe({ account, clientId }: Credential): string {
  if (account) return `Has no value: the secret of this name lies in the account of ${account.roleArn}`;
  return `OAuth 2.0 client secret of ${[clientId].flat().join(' and ')}`;
}
