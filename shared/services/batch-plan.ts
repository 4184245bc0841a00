import type { BatchItem, OverrideAction } from '../contract/override-search';
import { type FieldError, FlagError, refused } from '../errors';
import type { Compilers } from '../evaluation/model';
import type { StoredOverride } from '../override-ports';
import type { FlagRecord, FlagRepository } from '../ports';
import { unfitOverride } from './fitting-value';
import { type OpenedPlace, type OverrideWriter, placeOf } from './override-writer';
import type { OverrideChange } from './pack-changes';

export interface BatchPlanParts {
  readonly writer: OverrideWriter;
  readonly flags: Pick<FlagRepository, 'readMany'>;
  readonly compilers: Compilers;
}

/** What is to become of every override of a batch. */
export interface Asked {
  readonly action: OverrideAction;
  /** Epoch milliseconds; null where nothing is extended. */
  readonly expiresAtMs: number | null;
}

/** One override of a batch; `next` is what it is already where nothing changes. */
export interface BatchEntry extends OverrideChange {
  readonly key: string;
}

interface Found {
  readonly item: BatchItem;
  readonly pointer: string;
  readonly record: FlagRecord;
  readonly opened: OpenedPlace;
  readonly current: StoredOverride;
}

const MAX_NAMED = 20;

/** Items of the same override have the same. */
export const batchKey = ({ flagKey, userId, kind }: BatchItem): string =>
  JSON.stringify([flagKey, userId, kind]);

/** The override as it is to be: itself where it is so already, undefined where it is to go. */
export const decided = (
  { action, expiresAtMs }: Asked,
  current: StoredOverride,
): StoredOverride | undefined => {
  if (action === 'remove') {
    return undefined;
  }
  if (action === 'extend') {
    const { expiresAtMs: present } = current;
    // what lasts longer already is not cut short
    const lasts = present === null || expiresAtMs === null || present >= expiresAtMs;
    return lasts ? current : { ...current, expiresAtMs };
  }
  const enabled = action === 'enable';
  return current.enabled === enabled ? current : { ...current, enabled };
};

/**
 * What a batch would do, each override once. Throws `OVERRIDE_NOT_FOUND` or `INVALID_VALUE`, naming the items at fault.
 */
export const planBatch = async (
  parts: BatchPlanParts,
  environment: string,
  items: readonly BatchItem[],
  asked: Asked,
): Promise<BatchEntry[]> => {
  const found = await findAll(parts, environment, items);
  checkFit(asked, found, parts.compilers);
  const entries = found.map(({ item, opened, current }) => ({
    key: batchKey(item),
    opened,
    next: decided(asked, current),
  }));
  return [...new Map(entries.map((entry) => [entry.key, entry])).values()];
};

const findAll = async (
  { writer, flags }: BatchPlanParts,
  environment: string,
  items: readonly BatchItem[],
): Promise<Found[]> => {
  const records = await flags.readMany(
    environment,
    items.map(({ flagKey }) => flagKey),
  );
  const distinct = new Map(
    items.flatMap((item) => {
      const record = records.get(item.flagKey);
      const subject = { userId: item.userId, deviceId: null };
      return record === undefined ? [] : [[batchKey(item), placeOf(record, subject, item.kind)] as const];
    }),
  );
  const opened = await writer.openPlaces([...distinct.values()]);
  const byKey = new Map([...distinct.keys()].map((key, index) => [key, opened[index]] as const));
  const errors: FieldError[] = [];
  const found = items.flatMap((item, index): Found[] => {
    const pointer = `/items/${index}`;
    const record = records.get(item.flagKey);
    const at = byKey.get(batchKey(item));
    if (record === undefined || at?.current === undefined) {
      errors.push(absent(pointer, item, record));
      return [];
    }
    return [{ item, pointer, record, opened: at, current: at.current }];
  });
  if (errors.length > 0) {
    const detail = `${errors.length} of ${items.length} overrides are not there; nothing was changed.`;
    throw new FlagError('OVERRIDE_NOT_FOUND', detail, { errors: errors.slice(0, MAX_NAMED) });
  }
  return found;
};

const absent = (pointer: string, { flagKey, userId, kind }: BatchItem, record: FlagRecord | undefined) =>
  record === undefined
    ? { pointer, code: 'flag_not_found', message: `there is no flag "${flagKey}"` }
    : {
        pointer,
        code: 'override_not_found',
        message: `the user "${userId}" has no override of kind ${kind} on "${flagKey}"`,
      };

/** Throws `INVALID_VALUE` where a value that is to be switched on, or to last longer, does not fit its flag. */
const checkFit = (asked: Asked, found: readonly Found[], compilers: Compilers): void => {
  const unfit = found.flatMap(({ pointer, record, current }) => {
    const next = decided(asked, current);
    return next === current ? [] : unfitOverride(record, next, pointer, compilers);
  });
  if (unfit.length > 0) {
    throw refused('INVALID_VALUE', unfit);
  }
};
