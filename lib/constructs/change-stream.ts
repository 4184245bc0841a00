import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, StartingPosition, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StreamHandler } from '../../functions/stream-handlers';
import type { DeadLetterQueue } from './dead-letter-queue';
import type { FlagTable } from './flag-table';

export interface ChangeStreamProps {
  readonly flagTable: FlagTable;
  readonly deadLetterQueue: DeadLetterQueue;
}

/** Hands the changes of FlagTable to functions. Grants are those of the functions' roles. */
export class ChangeStream extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ChangeStreamProps,
  ) {
    super(scope, id);
  }

  addHandler<Target extends IFunction>({ name, filters }: StreamHandler, target: Target): Target {
    const { flagTable, deadLetterQueue } = this.props;
    new EventSourceMapping(this, name, {
      target,
      eventSourceArn: flagTable.streamArn,
      filters: filters.map((filter) => ({ pattern: JSON.stringify(filter) })),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      // A stream keeps a record for 24 hours; by default one bad record would block its shard that long.
      retryAttempts: 10,
      maxRecordAge: Duration.hours(12),
      onFailure: { bind: () => ({ destination: deadLetterQueue.queueArn }) },
    });
    return target;
  }
}
