import type { Segment } from '../contract/segment';
import {
  type Change,
  type Clock,
  MAX_PAGE_BYTES,
  type SegmentRepository,
  type SegmentSnapshot,
} from '../ports';
import { putChange, unchangedSince } from './change-items';
import { moveFlagsVersion, versionOf } from './flag-versions';
import { changeIdOf, parseSegmentItem, readable, segmentAttributes, tombstone } from './items';
import { environmentPartition, flagsVersionKey, PREFIX, segmentChangeKey, segmentItemKey } from './keys';
import type { Item, Table } from './table';

/** One that somebody spoiled past the API is as good as not there, and can be created anew. */
const segmentIn = (item: Item | undefined): Segment | undefined =>
  item && readable([item], parseSegmentItem)[0];

export class DynamoSegmentRepository implements SegmentRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async read(environment: string, segmentKey: string): Promise<Segment | undefined> {
    return segmentIn(await this.table.get(segmentItemKey(environment, segmentKey), 'strong'));
  }

  async readForWrite(environment: string, segmentKey: string): Promise<SegmentSnapshot> {
    const key = segmentItemKey(environment, segmentKey);
    const items = await this.table.batchGet([key, flagsVersionKey(environment)], 'strong');
    const item = items.find((each) => each['SK'] === key.SK);
    return {
      segment: segmentIn(item),
      changeId: changeIdOf(item),
      flagsVersion: versionOf(items.find((each) => each !== item)),
    };
  }

  async present(environment: string, segmentKeys: readonly string[]): Promise<Set<string>> {
    const keys = [...new Set(segmentKeys)].map((key) => segmentItemKey(environment, key));
    const items = await this.table.batchGet(keys, 'strong');
    return new Set(readable(items, parseSegmentItem).map(({ key }) => key));
  }

  async list(
    environment: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ segments: Segment[]; next: string | undefined }> {
    const segments: Segment[] = [];
    let bytes = 0;
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :segment)',
      ExpressionAttributeValues: { ':pk': environmentPartition(environment), ':segment': PREFIX.segment },
      ConsistentRead: true,
      ExclusiveStartKey:
        page.after === undefined ? undefined : { ...segmentItemKey(environment, page.after) },
    });
    for await (const items of pages) {
      for (const segment of readable(items, parseSegmentItem)) {
        bytes += Buffer.byteLength(JSON.stringify(segment));
        if (segments.length === page.limit || (segments.length > 0 && bytes > MAX_PAGE_BYTES)) {
          return { segments, next: segments.at(-1)?.key };
        }
        segments.push(segment);
      }
    }
    return { segments, next: undefined };
  }

  async commit(
    snapshot: SegmentSnapshot,
    next: Segment | { deleted: Segment },
    change: Change,
  ): Promise<void> {
    const { environment, key } = 'deleted' in next ? next.deleted : next;
    const { name: tableName } = this.table;
    const nowMs = this.clock();
    await this.table.transact([
      {
        Put: {
          TableName: tableName,
          Item: {
            ...segmentItemKey(environment, key),
            ...('deleted' in next ? tombstone(change.id, nowMs) : segmentAttributes(next, change.id)),
          },
          ...unchangedSince(snapshot.changeId),
        },
      },
      ...moveFlagsVersion(tableName, environment, { segmentKey: key }, snapshot.flagsVersion, nowMs),
      putChange(tableName, segmentChangeKey(environment, key, change.id), change),
    ]);
  }
}
