import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from './engine';
import type { CollectedItems } from './collector';
import { RecordTimes } from './record-times';

const PAGE = 1_000;
/** A list of shards stays the same for hours, and engines take as long to say it as to read one. */
const SHARDS_KNOWN_MS = 5_000;

/** A record as an event source mapping hands it to a function. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventSource: 'aws:dynamodb';
  readonly eventVersion: '1.1';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly SequenceNumber: string;
    readonly Keys: unknown;
    readonly OldImage?: Record<string, { N?: string; S?: string }>;
    readonly NewImage?: Record<string, { N?: string; S?: string }>;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
}

const DYNAMODB_SERVICE = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

/** How far the reader of a stream has come; kept in a file. */
interface Position {
  readonly [shardId: string]: string;
}

export interface TableStreamOptions {
  readonly endpoint: string;
  readonly tableName: string;
  readonly ttlAttribute: string | undefined;
  readonly collected: CollectedItems;
  readonly positionFile: string;
}

/** Reads one table's stream from where it left off, in order, for one consumer. */
export class TableStream {
  private readonly client: DynamoDBStreamsClient;
  private readonly iterators = new Map<string, string>();
  private readonly times = new RecordTimes();
  private position: Position;
  private arn: string | undefined;
  private shards: { readonly ids: readonly string[]; readonly atMs: number } | undefined;
  /** The shard that the last records came from. */
  private shardRead = '';

  constructor(private readonly options: TableStreamOptions) {
    const { endpoint, positionFile } = options;
    this.client = new DynamoDBStreamsClient({
      endpoint,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
    });
    // it writes down every record anew, for a logger that is not there
    this.client.middlewareStack.remove('loggerMiddleware');
    this.position = existsSync(positionFile)
      ? (JSON.parse(readFileSync(positionFile, 'utf8')) as Position)
      : {};
  }

  /** The next records; empty where there are none at the moment. {@link commit} makes them count as read. */
  async read(): Promise<StreamRecord[]> {
    for (const shardId of await this.knownShards()) {
      const records = await this.readShard(shardId);
      if (records.length > 0) {
        return records;
      }
    }
    return [];
  }

  /** Everything up to here has been dealt with. */
  commit(records: readonly StreamRecord[]): void {
    records.forEach(({ eventID }) => {
      this.times.forget(eventID);
    });
    const last = records.at(-1)?.dynamodb.SequenceNumber;
    if (last !== undefined) {
      this.position = { ...this.position, [this.shardRead]: last };
      writeFileSync(this.options.positionFile, JSON.stringify(this.position));
    }
  }

  /** Goes back to what was committed last. */
  rewind(): void {
    this.iterators.clear();
  }

  private async knownShards(): Promise<readonly string[]> {
    const { ids: known = [], atMs = 0 } = this.shards ?? {};
    if (known.length === 0 || Date.now() - atMs > SHARDS_KNOWN_MS) {
      this.arn ??= await this.findStream();
      const { StreamDescription } = await this.client.send(
        new DescribeStreamCommand({ StreamArn: this.arn }),
      );
      const ids = (StreamDescription?.Shards ?? []).map(({ ShardId = '' }) => ShardId);
      this.shards = { ids, atMs: Date.now() };
      return ids;
    }
    return known;
  }

  private async readShard(shardId: string): Promise<StreamRecord[]> {
    const iterator = this.iterators.get(shardId) ?? (await this.open(shardId));
    const page = await this.client
      .send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }))
      .catch((error: unknown) => {
        // an iterator lives for minutes; the position does not expire
        this.iterators.delete(shardId);
        throw error;
      });
    if (page.NextShardIterator === undefined) {
      this.iterators.delete(shardId);
      this.shards = undefined;
    } else {
      this.iterators.set(shardId, page.NextShardIterator);
    }
    this.shardRead = shardId;
    return (page.Records ?? []).filter(isChange).map((record) => this.shaped(record));
  }

  private async open(shardId: string): Promise<string> {
    const after = this.position[shardId];
    const command = new GetShardIteratorCommand({
      StreamArn: this.arn,
      ShardId: shardId,
      ...(after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
    });
    return (await this.client.send(command)).ShardIterator ?? '';
  }

  private async findStream(): Promise<string> {
    const { Streams = [] } = await this.client.send(
      new ListStreamsCommand({ TableName: this.options.tableName }),
    );
    const arn = Streams.at(-1)?.StreamArn;
    if (arn === undefined) {
      throw new Error(`the table ${this.options.tableName} has no stream`);
    }
    return arn;
  }

  private shaped(record: _Record): StreamRecord {
    const { ApproximateCreationDateTime: at = new Date(0), ...data } = record.dynamodb ?? {};
    const { eventID = '' } = record;
    const shaped = {
      eventID,
      eventName: record.eventName ?? '',
      eventSource: 'aws:dynamodb' as const,
      eventVersion: '1.1' as const,
      awsRegion: LOCAL_REGION,
      eventSourceARN: this.arn ?? '',
      dynamodb: { ...data, ApproximateCreationDateTime: this.times.secondsOf(eventID, at) },
    } as StreamRecord;
    return this.isCollection(shaped) ? { ...shaped, userIdentity: DYNAMODB_SERVICE } : shaped;
  }

  /** Removed by the collector, which stands in for DynamoDB. */
  private isCollection({ eventName, dynamodb }: StreamRecord): boolean {
    const { tableName, ttlAttribute, collected } = this.options;
    const ttl = dynamodb.OldImage?.[ttlAttribute ?? '']?.N;
    if (eventName !== 'REMOVE' || ttl === undefined) {
      return false;
    }
    const key = Object.fromEntries(
      Object.entries(dynamodb.Keys as Record<string, { S?: string }>).map(([name, value]) => [name, value.S]),
    );
    return collected.has(tableName, key, Number(ttl));
  }
}

/** DynamoDB emits nothing for a write that leaves an item as it was; the embedded engine does. */
const isChange = ({ eventName, dynamodb }: _Record): boolean =>
  eventName !== 'MODIFY' || !isDeepStrictEqual(dynamodb?.OldImage, dynamodb?.NewImage);

export const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
