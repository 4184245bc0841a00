import type {
  ImportPlace,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  NamedRejection,
  WrittenOverride,
} from '../import-ports';
import type { OverridePlace } from '../override-ports';
import type { Clock } from '../ports';
import { overrideChangeKey, putChange } from './change-items';
import {
  changeIdOfStep,
  importAttributes,
  leftByImport,
  parseImportItem,
  parseLeftByImport,
  parseRejectedItem,
  rejectedAttributes,
} from './import-items';
import { changeIdOf, parseOverrideItem } from './items';
import { importKey, overrideKey, overridePartition, PREFIX, rejectedKey, runKey } from './keys';
import { moveCounts, putOverride, stillFitting } from './override-repository';
import type { Item, Table, TransactItem } from './table';

/** An undoing looks through so many times the overrides that it puts back in a step, and that often, till it finds some. */
const LOOKED_THROUGH = 1.3;
const MAX_READS = 50;

const slotOf = (item: Item | undefined): ImportSlot => ({
  override: item === undefined ? undefined : parseOverrideItem(item),
  changeId: changeIdOf(item),
  ...parseLeftByImport(item ?? {}),
});

/** Undefined where the item is none that an import left. */
const writtenIn = (item: Item): WrittenOverride | undefined => {
  const slot = slotOf(item);
  if (slot.override?.userId == null) {
    return undefined;
  }
  const { environment, flagKey, generation, userId, kind } = slot.override;
  return { environment, flagKey, generation, userId, deviceId: null, kind, slot };
};

export class DynamoImportRepository implements ImportRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async read(of: ImportPlace): Promise<ImportRecord | undefined> {
    const item = await this.table.get(importKey(of), 'strong');
    return item === undefined ? undefined : parseImportItem(item);
  }

  async commit({
    from,
    to,
    writes = [],
    lasting = [],
    changes = [],
    rejected = [],
    begins,
  }: ImportStep): Promise<void> {
    const { name } = this.table;
    const changeId = changeIdOfStep(to);
    await this.table.transact([
      this.putImport(from, to),
      ...writes.map((write) => putOverride(name, write, changeId, this.clock(), leftByImport(write))),
      ...stillFitting(name, writes),
      ...lasting.map((each) => stillLasting(name, each)),
      ...moveCounts(name, writes),
      ...changes.map((change) => putChange(name, overrideChangeKey(change), change)),
      ...(rejected.length === 0
        ? []
        : [
            {
              Put: {
                TableName: name,
                Item: { ...rejectedKey(to, to.version), ...rejectedAttributes(to, rejected) },
              },
            },
          ]),
      ...(begins === true ? [{ Update: { TableName: name, ...nextRound(to) } }] : []),
    ]);
  }

  private putImport(from: ImportRecord | undefined, to: ImportRecord): TransactItem {
    return {
      Put: {
        TableName: this.table.name,
        Item: { ...importKey(to), ...importAttributes(to) },
        ...(from === undefined
          ? { ConditionExpression: 'attribute_not_exists(PK)' }
          : {
              ConditionExpression: 'version = :from',
              ExpressionAttributeValues: { ':from': from.version },
            }),
      },
    };
  }

  /** Deleting takes no permission that a transaction's other writes do not need: the item is left to its `ttl`. */
  async remove(record: ImportRecord): Promise<void> {
    await this.table.update({
      Key: importKey(record),
      UpdateExpression: 'SET removed = :yes, #ttl = :now ADD version :one',
      ConditionExpression: 'version = :from',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: {
        ':yes': true,
        ':now': Math.floor(this.clock() / 1000),
        ':one': 1,
        ':from': record.version,
      },
    });
  }

  async readSlots(places: readonly OverridePlace[]): Promise<ImportSlot[]> {
    const keys = places.map(overrideKey);
    const items = await this.table.batchGet(keys, 'strong');
    const bySortKey = new Map(items.map((item) => [item['SK'], item]));
    return keys.map(({ SK }) => slotOf(bySortKey.get(SK)));
  }

  async written(
    record: ImportRecord,
    page: { after: string; limit: number },
  ): Promise<{ written: { found: WrittenOverride; position: string }[]; next: string | undefined }> {
    const partition = overridePartition(record.environment, record.flagKey, record.generation);
    let after: string | undefined = page.after === '' ? undefined : page.after;
    for (let reads = 1; ; reads += 1) {
      const { items, last } = await this.table.queryPage({
        KeyConditionExpression: 'PK = :pk AND begins_with(SK, :user)',
        FilterExpression: 'importId = :importId',
        ExpressionAttributeValues: {
          ':pk': partition,
          ':user': PREFIX.user,
          ':importId': record.importId,
        },
        ExclusiveStartKey: after === undefined ? undefined : { PK: partition, SK: after },
        ConsistentRead: true,
        Limit: Math.ceil(page.limit * LOOKED_THROUGH),
      });
      const some = items.slice(0, page.limit);
      const written = some.flatMap((item) => {
        const found = writtenIn(item);
        return found === undefined ? [] : [{ found, position: String(item['SK']) }];
      });
      after = last === undefined ? undefined : String(last['SK']);
      if (some.length < items.length) {
        return { written, next: String(some.at(-1)?.['SK']) };
      }
      if (written.length > 0 || after === undefined || reads === MAX_READS) {
        return { written, next: after };
      }
    }
  }

  async rejected(record: ImportRecord, limit: number): Promise<NamedRejection[]> {
    const rejected: NamedRejection[] = [];
    const { PK, SK: first } = rejectedKey(record, record.startedVersion);
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND SK BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': PK,
        ':first': first,
        ':last': rejectedKey(record, record.version).SK,
      },
      ConsistentRead: true,
    });
    for await (const items of pages) {
      rejected.push(...items.flatMap(parseRejectedItem));
      if (rejected.length >= limit) {
        break;
      }
    }
    return rejected.slice(0, limit);
  }

  async goOn(of: ImportPlace): Promise<void> {
    await this.table.update(nextRound(of));
  }

  async finish(of: ImportPlace): Promise<void> {
    await this.table.deleteAll([runKey(of)]);
  }
}

const stillLasting = (tableName: string, of: ImportPlace): TransactItem => ({
  ConditionCheck: {
    TableName: tableName,
    Key: importKey(of),
    ConditionExpression: 'attribute_not_exists(PK) OR NOT #state IN (:undoing, :undone)',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':undoing': 'undoing', ':undone': 'undone' },
  },
});

/** Each round is a change, and a change is what invokes the worker again. */
const nextRound = (of: ImportPlace) => ({
  Key: runKey(of),
  UpdateExpression: 'SET environment = :environment, flagKey = :flagKey, importId = :importId ADD round :one',
  ExpressionAttributeValues: {
    ':environment': of.environment,
    ':flagKey': of.flagKey,
    ':importId': of.importId,
    ':one': 1,
  },
});
