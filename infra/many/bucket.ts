import { Duration, Stack } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { Deployment } from '../context.ts';
import { acknowledge } from '../faults/findings.ts';
import { retention } from '../service/retention.ts';

/** For how long files are kept: as long as the history of runs. */
const KEPT = Duration.days(400);

/** Properties of {@link FleetBucket}. */
export interface FleetBucketProps {
  readonly deployment: Deployment;
  readonly key: Key;
}

/** The lists and manifests of fleet rotations. No secret is in them. */
export class FleetBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { deployment, key }: FleetBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // An emulator on loopback has no TLS, and would let nobody in.
      enforceSSL: !deployment.local,
      lifecycleRules: [{ expiration: KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy: retention(deployment),
    });
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Two roles of this stack write it, and CloudTrail records who reads: another bucket would tell no more.',
      ...(deployment.local && { 'AwsSolutions-S10': 'An emulator on loopback has no TLS.' }),
    });
  }

  /** Accepts that a role is about every file. */
  acknowledgeFiles(role: IConstruct): void {
    const id = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    const reason = 'Files are named by executions, and this bucket has no others.';
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`]: reason });
  }
}
