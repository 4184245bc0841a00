import {
  type Change,
  type Clock,
  type FlagRecord,
  type FlagRepository,
  type FlagSnapshot,
  MAX_PAGE_BYTES,
} from '../ports';
import { putChange, unchangedSince } from './change-items';
import { moveFlagsVersion, versionOf } from './flag-versions';
import { changeIdOf, flagAttributes, generationOf, parseFlagItem, readable, tombstone } from './items';
import { changeKey, environmentPartition, flagItemKey, flagsVersionKey, PREFIX, sweepKey } from './keys';
import type { Table, TransactItem } from './table';

export class DynamoFlagRepository implements FlagRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async read(environment: string, flagKey: string): Promise<FlagRecord | undefined> {
    const item = await this.table.get(flagItemKey(environment, flagKey), 'strong');
    return item === undefined ? undefined : parseFlagItem(item);
  }

  async generationOf(environment: string, flagKey: string): Promise<string | undefined> {
    return generationOf(await this.table.get(flagItemKey(environment, flagKey), 'strong'));
  }

  async generationsOf(
    environment: string,
    flagKeys: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const keys = [...new Set(flagKeys)].map((flagKey) => flagItemKey(environment, flagKey));
    const items = await this.table.batchGet(keys, 'strong');
    return new Map(
      items.flatMap((item): [string, string][] => {
        const generation = generationOf(item);
        return generation === undefined ? [] : [[String(item['SK']).slice(PREFIX.flag.length), generation]];
      }),
    );
  }

  async readForWrite(environment: string, flagKey: string): Promise<FlagSnapshot> {
    const flagKeys = flagItemKey(environment, flagKey);
    const items = await this.table.batchGet([flagKeys, flagsVersionKey(environment)], 'strong');
    const flagItem = items.find((item) => item['SK'] === flagKeys.SK);
    return {
      record: flagItem === undefined ? undefined : parseFlagItem(flagItem),
      changeId: changeIdOf(flagItem),
      flagsVersion: versionOf(items.find((item) => item !== flagItem)),
    };
  }

  async list(
    environment: string,
    page: { after: string | undefined; limit: number; accept: (record: FlagRecord) => boolean },
  ): Promise<{ records: FlagRecord[]; next: string | undefined }> {
    const records: FlagRecord[] = [];
    let bytes = 0;
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :flag)',
      ExpressionAttributeValues: { ':pk': environmentPartition(environment), ':flag': PREFIX.flag },
      ConsistentRead: true,
      ExclusiveStartKey: page.after === undefined ? undefined : { ...flagItemKey(environment, page.after) },
    });
    for await (const items of pages) {
      for (const record of readable(items, parseFlagItem)) {
        if (!page.accept(record)) {
          continue;
        }
        bytes += Buffer.byteLength(JSON.stringify(record.flag));
        if (records.length === page.limit || (records.length > 0 && bytes > MAX_PAGE_BYTES)) {
          return { records, next: records.at(-1)?.flag.key };
        }
        records.push(record);
      }
    }
    return { records, next: undefined };
  }

  async commit(
    snapshot: FlagSnapshot,
    next: FlagRecord | { deleted: FlagRecord },
    change: Change,
  ): Promise<void> {
    const record = 'deleted' in next ? next.deleted : next;
    const { environment, key } = record.flag;
    const tableName = this.table.name;
    const items: TransactItem[] = [
      {
        Put: {
          TableName: tableName,
          Item: {
            ...flagItemKey(environment, key),
            ...('deleted' in next ? tombstone(change.id, this.clock()) : flagAttributes(next, change.id)),
          },
          ...unchangedSince(snapshot.changeId),
        },
      },
      ...moveFlagsVersion(tableName, environment, { flagKey: key }, snapshot.flagsVersion, this.clock()),
      putChange(
        tableName,
        changeKey(environment, key, change.id),
        change,
        'deleted' in next ? { endedGeneration: record.generation } : {},
      ),
    ];
    if ('deleted' in next) {
      const sweep = { ...sweepKey(environment, key, record.generation), round: 0 };
      items.push({
        Put: {
          TableName: tableName,
          Item: { ...sweep, environment, flagKey: key, generation: record.generation },
        },
      });
    }
    await this.table.transact(items);
  }
}
