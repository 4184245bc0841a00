import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface AuditTableProps {
  readonly retainData: boolean;
}

/** Each index is named after its partition key. */
const indexNames = ['byEnvironment', 'byFlag', 'byUser', 'byActor'] as const;

/** Every way to change or remove a row; BatchWriteItem is among them because it overwrites without a condition. */
const rewriting = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PartiQLDelete',
  'dynamodb:PartiQLUpdate',
  'dynamodb:UpdateItem',
];

/** Who changed what, and when: rows are put once. */
export class AuditTable extends Table {
  readonly indexArns: readonly string[];

  constructor(scope: Construct, id: string, { retainData }: AuditTableProps) {
    super(scope, id, {
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      // A policy of the table itself holds for everybody in the account; "*" is this table, it cannot name itself.
      resourcePolicy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            effect: Effect.DENY,
            principals: [new AnyPrincipal()],
            actions: rewriting,
            resources: ['*'],
          }),
        ],
      }),
    });
    for (const indexName of indexNames) {
      this.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: indexName, type: AttributeType.STRING },
        sortKey: { name: 'sort', type: AttributeType.STRING },
      });
    }
    this.indexArns = indexNames.map((name) => `${this.tableArn}/index/${name}`);
  }

  /** The same Deny for one role, so that the promise does not rest on the table's policy alone. */
  denyRewriting(): PolicyStatement {
    return new PolicyStatement({ effect: Effect.DENY, actions: rewriting, resources: [this.tableArn] });
  }
}
