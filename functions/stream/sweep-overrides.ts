import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { composeSweepService } from '../../shared/composition/sweep-service';
import { startInvocation } from '../../shared/telemetry';

/** Left to write down that the sweep goes on. */
const MARGIN_MS = 10_000;

const sweeps = composeSweepService();

export const handler = async (
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  startInvocation(context.awsRequestId, context.functionName);
  const hasTime = () => context.getRemainingTimeInMillis() > MARGIN_MS;
  for (const record of event.Records) {
    if (!(await sweeps.sweepRecord(record, hasTime))) {
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  return { batchItemFailures: [] };
};
