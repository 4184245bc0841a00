import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

export interface FlagTableProps {
  readonly retainData: boolean;
}

/** Flags, overrides and everything that belongs to them, in one table. */
export class FlagTable extends Table {
  readonly streamArn: string;
  readonly userIndexArn: string;
  readonly expiryIndexArn: string;

  constructor(scope: Construct, id: string, { retainData }: FlagTableProps) {
    super(scope, id, {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // The AWS-managed key: its use shows in CloudTrail, unlike the AWS-owned one, and it costs no monthly fee.
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'ttl',
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.userIndexArn = this.addIndex('GSI1');
    this.expiryIndexArn = this.addIndex('GSI2');
    // undefined only for a table without a stream
    this.streamArn = this.tableStreamArn as string;
  }

  private addIndex(indexName: 'GSI1' | 'GSI2'): string {
    this.addGlobalSecondaryIndex({
      indexName,
      partitionKey: { name: `${indexName}PK`, type: AttributeType.STRING },
      sortKey: { name: `${indexName}SK`, type: AttributeType.STRING },
    });
    return `${this.tableArn}/index/${indexName}`;
  }
}
