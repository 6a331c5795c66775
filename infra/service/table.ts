import { AttributeType, BillingMode, Table as DynamoDbTable, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Deployment } from '../context.ts';
import type { Names } from './names.ts';
import { retention } from './retention.ts';

/** Properties of {@link Table}. */
export interface TableProps {
  readonly deployment: Deployment;
  readonly names: Names;
  readonly key: Key;
}

/**
 * The table of runs, keys of requests, tasks and acknowledgements. No secret is in it, and a table that is lost loses no secret either:
 * history is lost, and people are asked again.
 */
export class Table extends Construct {
  readonly table: DynamoDbTable;

  constructor(scope: Construct, id: string, { deployment, names, key }: TableProps) {
    super(scope, id);
    this.table = new DynamoDbTable(this, 'Table', {
      tableName: names.table.name,
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      removalPolicy: retention(deployment),
    });
  }
}
