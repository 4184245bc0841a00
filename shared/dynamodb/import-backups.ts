import * as z from 'zod';
import { WriteConflict } from '../errors';
import type { Backup, BackupPlace, BackupRepository, ImportRecord, KeptBackup, Layer } from '../import-ports';
import type { OverridePlace, StoredOverride } from '../override-ports';
import type { Clock } from '../ports';
import {
  changeIdOfStep,
  expiryOf,
  IMPORT_SECONDS,
  leftByImport,
  LeftSchema,
  parseLeftByImport,
} from './import-items';
import { isTombstone, overrideAttributes, parseOverrideItem, readable, subjectOf, tombstone } from './items';
import { backupGsi1, backupKey, PREFIX, subjectPartition } from './keys';
import type { Item, Table, TransactItem } from './table';

/** What it found outlasts it also where it is undone on its last day: others that lie on it need that then. */
const BACKUP_TTL_SECONDS = 3 * IMPORT_SECONDS;

const layerAttributes = ({ override, left }: Layer): Item => ({
  ...overrideAttributes(override, ''),
  ...leftByImport(left),
});

const parseLayer = (item: Item): Layer | undefined => {
  const override = parseOverrideItem(item);
  return override && { override, left: parseLeftByImport(item) };
};

/** `record` as it is behind the step that keeps it: what is taken away is so by that step. */
const backupAttributes = ({ importId, step, found, taken }: Backup, record: ImportRecord): Item => ({
  importId,
  step,
  ...(found !== undefined && { found: layerAttributes(found) }),
  ...(taken !== undefined && {
    taken: overrideAttributes(taken.override, ''),
    takenBy: changeIdOfStep(record),
    emptyFromMs: taken.emptyFromMs,
  }),
  ttl: expiryOf(record, BACKUP_TTL_SECONDS),
});

const BackupItemSchema = z.object({
  ...LeftSchema.shape,
  found: z.record(z.string(), z.unknown()).optional(),
  taken: z.record(z.string(), z.unknown()).optional(),
  takenBy: z.string().optional(),
  emptyFromMs: z.number().nullish(),
});

/** Undefined where it has been forgotten and waits for its collection. */
export const parseBackupItem = (item: Item): KeptBackup | undefined => {
  if (isTombstone(item)) {
    return undefined;
  }
  const { found, taken, takenBy, emptyFromMs = null, ...left } = BackupItemSchema.parse(item);
  const layer = found && parseLayer(found);
  const override = taken && parseOverrideItem(taken);
  const of = layer?.override ?? override;
  return (
    of && {
      ...left,
      place: placeOf(of),
      found: layer,
      taken: override && { override, emptyFromMs },
      takenBy,
    }
  );
};

const placeOf = ({ environment, flagKey, generation, kind, ...subject }: StoredOverride): OverridePlace => ({
  ...{ environment, flagKey, generation, kind },
  ...subjectOf(subject.userId, subject.deviceId),
});

export const putBackup = (tableName: string, backup: Backup, to: ImportRecord): TransactItem => ({
  Put: {
    TableName: tableName,
    Item: { ...backupKey(backup), ...backupGsi1(backup), ...backupAttributes(backup, to) },
  },
});

/** What it found stays. */
export const useUpBackup = (
  tableName: string,
  { takenBy, ...backup }: KeptBackup,
  to: ImportRecord,
  nowMs: number,
): TransactItem => ({
  Put: {
    TableName: tableName,
    Item: {
      ...backupKey(backup),
      ...(backup.found === undefined
        ? tombstone(changeIdOfStep(to), nowMs)
        : { ...backupGsi1(backup), ...backupAttributes({ ...backup, taken: undefined }, to) }),
    },
    ConditionExpression: 'takenBy = :takenBy',
    ExpressionAttributeValues: { ':takenBy': takenBy },
  },
});

/** What imports keep of people, for who takes leave of them. */
export class DynamoBackupRepository implements BackupRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async ofUser(environment: string, userId: string): Promise<BackupPlace[]> {
    const places: BackupPlace[] = [];
    const pages = this.table.query({
      IndexName: 'GSI1',
      KeyConditionExpression: 'GSI1PK = :pk AND begins_with(GSI1SK, :backup)',
      ExpressionAttributeValues: {
        ':pk': subjectPartition(environment, { userId, deviceId: null }),
        ':backup': PREFIX.backup,
      },
    });
    for await (const items of pages) {
      places.push(...readable(items, parseBackupItem));
    }
    return places;
  }

  async forget(places: readonly BackupPlace[]): Promise<number> {
    let forgotten = 0;
    for (const place of places) {
      forgotten += await this.forgetOne(place);
    }
    return forgotten;
  }

  private async forgetOne(place: BackupPlace): Promise<0 | 1> {
    const item = { ...backupKey(place), ...tombstone('', this.clock()) };
    try {
      await this.table.put(item, 'attribute_exists(PK) AND attribute_not_exists(tombstone)');
      return 1;
    } catch (error) {
      if (error instanceof WriteConflict) {
        // the index lags behind
        return 0;
      }
      throw error;
    }
  }
}
