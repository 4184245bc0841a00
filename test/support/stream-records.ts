import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams';
import type { RecordTimes } from '../../local/record-times';

/** A record as an event source mapping hands it to a function. */
export interface StreamRecord {
  eventID: string;
  eventName: string;
  userIdentity?: { type: string; principalId: string };
  dynamodb: {
    ApproximateCreationDateTime: number;
    SequenceNumber: string;
    Keys: Record<string, { S: string }>;
    OldImage?: Record<string, unknown>;
    NewImage?: Record<string, unknown>;
  };
}

/** Every record of a table's stream so far, oldest first. */
export const readStream = async (
  endpoint: string,
  tableName: string,
  times: RecordTimes,
): Promise<StreamRecord[]> => {
  const client = new DynamoDBStreamsClient({ endpoint });
  const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: tableName }));
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const start = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    let { ShardIterator } = await client.send(start);
    for (let isEnd = false; !isEnd && ShardIterator !== undefined;) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator }));
      for (const { dynamodb, ...record } of page.Records ?? []) {
        const { eventID = '' } = record;
        const seconds = times.secondsOf(eventID, dynamodb?.ApproximateCreationDateTime ?? new Date(0));
        records.push({ ...record, dynamodb: { ...dynamodb, ApproximateCreationDateTime: seconds } } as never);
      }
      isEnd = (page.Records ?? []).length === 0;
      ShardIterator = page.NextShardIterator;
    }
  }
  return records;
};

/** As DynamoDB marks what it removed because its `ttl` had passed. */
export const asCollected = (record: StreamRecord): StreamRecord => ({
  ...record,
  userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
});
