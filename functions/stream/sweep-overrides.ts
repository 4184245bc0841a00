import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { composeSweepService } from '../../shared/composition/sweep-service';
import { readSweepRecord } from '../../shared/dynamodb/stream-record';
import { startInvocation } from '../../shared/telemetry';

/** Left to write down that the sweep goes on. */
const MARGIN_MS = 10_000;

const sweeps = composeSweepService();

export const handler = async (
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  startInvocation(context.awsRequestId, context.functionName);
  for (const record of event.Records) {
    await sweeps.sweep(readSweepRecord(record), () => context.getRemainingTimeInMillis() > MARGIN_MS);
  }
  return { batchItemFailures: [] };
};
