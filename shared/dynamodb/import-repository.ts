import type {
  BackupPlace,
  ImportPlace,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  KeptBackup,
  NamedRejection,
  WrittenOverride,
} from '../import-ports';
import type { OverridePlace } from '../override-ports';
import type { Clock } from '../ports';
import { overrideChangeKey, putChange } from './change-items';
import {
  changeIdOfStep,
  importAttributes,
  importIdIn,
  leftByImport,
  parseImportItem,
  parseLeftByImport,
  parseRejectedItem,
  rejectedAttributes,
} from './import-items';
import { parseBackupItem, putBackup, useUpBackup } from './import-backups';
import { changeIdOf, parseOverrideItem, readable } from './items';
import { backupKey, backupPrefix, importKey, overrideKey, PREFIX, rejectedKey, runKey } from './keys';
import { lookThrough } from './import-walk';
import { moveCounts, putOverride, stillFitting } from './override-repository';
import type { Item, Table, TransactItem } from './table';

const slotOf = (item: Item | undefined): ImportSlot => {
  const changeId = changeIdOf(item);
  return {
    override: item === undefined ? undefined : parseOverrideItem(item),
    changeId,
    left: parseLeftByImport(item),
    changedBy: importIdIn(changeId ?? ''),
  };
};

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
    backups = [],
    usedUp = [],
    lasting = [],
    undone = [],
    changes = [],
    rejected = [],
    begins,
  }: ImportStep): Promise<void> {
    const { name } = this.table;
    const changeId = changeIdOfStep(to);
    await this.table.transact([
      this.putImport(from, to),
      ...writes.map((write) => putOverride(name, write, changeId, this.clock(), leftByImport(write.left))),
      ...stillFitting(name, writes),
      ...backups.map((each) => putBackup(name, each, to)),
      ...usedUp.map((each) => useUpBackup(name, each, to, this.clock())),
      ...lasting.map((each) => stillLasting(name, each)),
      ...undone.map((each) => stillUndone(name, each)),
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
    // two of the same place are one item
    const asked = new Map(keys.map((key) => [key.SK, key]));
    const items = await this.table.batchGet([...asked.values()], 'strong');
    const bySortKey = new Map(items.map((item) => [item['SK'], item]));
    return keys.map(({ SK }) => slotOf(bySortKey.get(SK)));
  }

  async backups(places: readonly BackupPlace[]): Promise<KeptBackup[]> {
    const items = await this.table.batchGet(places.map(backupKey), 'strong');
    return readable(items, parseBackupItem);
  }

  async written(
    record: ImportRecord,
    page: { after: string; limit: number },
  ): Promise<{ written: WrittenOverride[]; next: string | undefined }> {
    const { found, next } = await lookThrough(this.table, record, page, {
      prefix: PREFIX.user,
      test: 'importId = :importId',
      values: { ':importId': record.importId },
      read: writtenIn,
    });
    return { written: found, next };
  }

  async taken(
    record: ImportRecord,
    page: { after: string; limit: number },
  ): Promise<{ taken: KeptBackup[]; next: string | undefined }> {
    const { found, next } = await lookThrough(this.table, record, page, {
      prefix: backupPrefix(record.importId),
      test: 'attribute_exists(taken)',
      values: {},
      read: parseBackupItem,
    });
    return { taken: found, next };
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

const UNDONE = {
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: { ':undoing': 'undoing', ':undone': 'undone' },
};

const stillLasting = (tableName: string, of: ImportPlace): TransactItem => ({
  ConditionCheck: {
    TableName: tableName,
    Key: importKey(of),
    ConditionExpression: 'attribute_not_exists(PK) OR NOT #state IN (:undoing, :undone)',
    ...UNDONE,
  },
});

const stillUndone = (tableName: string, of: ImportPlace): TransactItem => ({
  ConditionCheck: {
    TableName: tableName,
    Key: importKey(of),
    ConditionExpression: '#state IN (:undoing, :undone)',
    ...UNDONE,
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
