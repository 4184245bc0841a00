import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { composeJobService } from '../../shared/composition/job-service';
import { startInvocation } from '../../shared/telemetry';

/** Left to end a step, and to write down that the job goes on. */
const MARGIN_MS = 10_000;

const jobs = composeJobService();

export const handler = async (
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  startInvocation(context.awsRequestId, context.functionName);
  const hasTime = () => context.getRemainingTimeInMillis() > MARGIN_MS;
  for (const record of event.Records) {
    if (!(await jobs.runRecord(record, hasTime))) {
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  return { batchItemFailures: [] };
};
