import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

export interface ImportBucketProps {
  readonly retainData: boolean;
}

/** What is sent of imports, until they are over, and what nobody started, for a month. */
export class ImportBucket extends Bucket {
  /** All parts of all imports. */
  readonly partsArn: string;

  constructor(scope: Construct, id: string, { retainData }: ImportBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [
        { expiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.partsArn = this.arnForObjects('imports/*');
    acknowledge(
      this,
      'AwsSolutions-S1',
      'The bucket is a buffer that only functions use: the API logs who sent what, and CloudTrail can log objects',
    );
  }
}
