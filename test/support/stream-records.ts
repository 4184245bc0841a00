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

/** Reads a table's stream: every record so far, oldest first, however often it is asked. */
export const openStream = (
  endpoint: string,
  tableName: string,
  times: RecordTimes,
): (() => Promise<readonly StreamRecord[]>) => {
  const client = new DynamoDBStreamsClient({ endpoint });
  const records: StreamRecord[] = [];
  /** Where to go on in each shard; undefined where it is closed. */
  const iterators = new Map<string | undefined, string | undefined>();

  const openShards = async (): Promise<void> => {
    const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: tableName }));
    const StreamArn = Streams[0]?.StreamArn;
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      if (!iterators.has(ShardId)) {
        const start = new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
        iterators.set(ShardId, (await client.send(start)).ShardIterator);
      }
    }
  };

  return async () => {
    await openShards();
    for (const [shardId, iterator] of iterators) {
      let next = iterator;
      for (let isEnd = false; !isEnd && next !== undefined;) {
        const page = await client.send(new GetRecordsCommand({ ShardIterator: next }));
        for (const { dynamodb, ...record } of page.Records ?? []) {
          const said = dynamodb?.ApproximateCreationDateTime ?? new Date(0);
          const seconds = times.secondsOf(record.eventID ?? '', said);
          records.push({
            ...record,
            dynamodb: { ...dynamodb, ApproximateCreationDateTime: seconds },
          } as never);
        }
        isEnd = (page.Records ?? []).length === 0;
        next = page.NextShardIterator;
      }
      iterators.set(shardId, next);
    }
    return records;
  };
};

/** As DynamoDB marks what it removed because its `ttl` had passed. */
export const asCollected = (record: StreamRecord): StreamRecord => ({
  ...record,
  userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
});
