import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { composeChangeService } from '../../shared/composition/change-service';
import { startInvocation } from '../../shared/telemetry';

const changes = composeChangeService();
const processor = new BatchProcessor(EventType.DynamoDBStreams);

export const handler = async (
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  startInvocation(context.awsRequestId, context.functionName);
  const moved = new Set<string>();
  const ends = changes.beginBatch();
  const recordOne = async (record: DynamoDBRecord): Promise<void> => {
    for (const environment of await changes.record(record, ends)) {
      moved.add(environment);
    }
  };
  const response = await processPartialResponse(event, recordOne, processor, {
    context,
    throwOnFullBatchFailure: false,
  });
  changes.reportFailures(processor.errors);
  await Promise.all([...moved].map((environment) => changes.moveOverridesVersion(environment)));
  return response;
};
