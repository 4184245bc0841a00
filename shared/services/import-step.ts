import { LRUCache } from 'lru-cache';
import type { Compilers } from '../evaluation/model';
import { MAX_NAMED_REJECTIONS, type RejectedRow } from '../contract/import';
import type {
  Backup,
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
} from '../import-ports';
import type { Change, Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitValues } from './fitting-value';
import { importChange } from './import-changes';
import type { ImportEntry, WantedOverride } from './import-rows';
import type { ImportSources } from './import-sources';
import { isLight } from './import-step-size';
import { type OpenedPlace, OverrideWriter, placeOf } from './override-writer';

/** A transaction has at most 100 items; an override that replaces another one takes two. */
const MAX_STEP_WRITES = 90;
/** Without writes, a step is bounded by what is read at once. */
const DRY_STEP = 500;

type Write = NonNullable<ImportStep['writes']>[number];

type Outcome =
  | {
      readonly kind: 'added' | 'updated';
      readonly write: Write;
      /** The import has not written there before. */
      readonly isFirst: boolean;
      /** What it replaces, where the import has not written there before. */
      readonly backups: Backup[];
      readonly ended: Change[];
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'rejected'; readonly row: RejectedRow };

export interface ImportStepsParts {
  readonly sources: Pick<ImportSources, 'next'>;
  readonly imports: Pick<ImportRepository, 'readSlots'>;
  readonly writer: Pick<OverrideWriter, 'next'>;
  readonly compilers: Pick<Compilers, 'compilePattern'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

const isSame = (wanted: WantedOverride, current: ImportSlot['override']): boolean =>
  current?.enabled === wanted.enabled &&
  (current.reason ?? '') === (wanted.reason ?? '') &&
  current.expiresAtMs === wanted.expiresAtMs &&
  JSON.stringify(current.value) === JSON.stringify(wanted.value);

/** Makes the next step of an import out of its rows. */
export class ImportSteps {
  /** How many rows went into the last step. */
  private readonly limits = new LRUCache<string, number>({ max: 20 });

  constructor(private readonly parts: ImportStepsParts) {}

  /** The step that follows on `record`; `flag` is the flag it writes on. */
  async next(record: ImportRecord, flag: FlagRecord): Promise<ImportStep> {
    const { importId, isDryRun } = record;
    let limit = isDryRun ? DRY_STEP : (this.limits.get(importId) ?? MAX_STEP_WRITES);
    for (;;) {
      const next = await this.parts.sources.next(record, limit);
      const outcomes = await this.outcomesOf(record, flag, next.entries, next.row);
      const step = this.stepOf(record, next, outcomes);
      if (limit === 1 || isLight(step)) {
        // rows that replace something mostly come together: no need to try what did not go a step before
        this.limits.set(importId, step.backups?.length === 0 ? MAX_STEP_WRITES : limit);
        return step;
      }
      limit = Math.ceil(limit / 2);
    }
  }

  /** What would become of these rows at this moment, in their order; `firstRow` is the number of the first. */
  async outcomesOf(
    record: ImportRecord,
    flag: FlagRecord,
    entries: readonly ImportEntry[],
    firstRow = 1,
  ): Promise<Outcome[]> {
    const wanted = entries.flatMap((entry) => ('wanted' in entry ? [entry.wanted] : []));
    const places = wanted.map(({ userId, kind }) => placeOf(flag, { userId, deviceId: null }, kind));
    const slots = await this.parts.imports.readSlots(places);
    const bySubject = new Map(
      wanted.map((each, index) => [each, { place: places[index], slot: slots[index] }] as const),
    );
    return entries.map((entry, index): Outcome => {
      if (!('wanted' in entry)) {
        return 'rejected' in entry ? { kind: 'rejected', row: entry.rejected } : { kind: 'unchanged' };
      }
      const { place, slot } = bySubject.get(entry.wanted) ?? {};
      return place === undefined || slot === undefined
        ? { kind: 'unchanged' }
        : this.outcomeOf(record, flag, { place, slot }, entry.wanted, firstRow + index);
    });
  }

  private outcomeOf(
    record: ImportRecord,
    flag: FlagRecord,
    { place, slot }: { place: OpenedPlace['place']; slot: ImportSlot },
    wanted: WantedOverride,
    row: number,
  ): Outcome {
    const { clock, writer } = this.parts;
    const { userId, value, enabled, reason, expiresAtMs } = wanted;
    const nowMs = clock();
    const fault = this.faultOf(flag, wanted, nowMs);
    if (fault !== undefined) {
      const { code, message } = fault;
      return { kind: 'rejected', row: { row, userId, code, message } };
    }
    const { override } = slot;
    const isOver = override !== undefined && hasExpired(override, nowMs);
    const current = isOver ? undefined : override;
    if (isSame(wanted, current)) {
      return { kind: 'unchanged' };
    }
    const call = {
      environment: record.environment,
      attribution: record.attribution,
      ifMatch: undefined,
      dryRun: record.isDryRun,
    };
    const opened = { place, slot, current };
    const next = writer.next(call, opened, {
      ...(value !== undefined && { value }),
      enabled,
      reason,
      expiresAtMs,
    });
    const { importId } = record;
    const isFirst = slot.left?.importId !== importId;
    // what the import has left already says what it had found there first
    const left = isFirst ? { importId, step: current === undefined ? 0 : record.version + 1 } : slot.left;
    return {
      kind: current === undefined ? 'added' : 'updated',
      write: { ...OverrideWriter.write(opened, next, flag), left },
      backups:
        isFirst && current !== undefined
          ? [{ ...left, place, found: { override: current, left: slot.left }, taken: undefined }]
          : [],
      isFirst,
      ended: override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
    };
  }

  /** Why what was right when the import began, or on another flag, cannot be written now. */
  private faultOf(
    flag: FlagRecord,
    { value, expiresAtMs }: WantedOverride,
    nowMs: number,
  ): Pick<RejectedRow, 'code' | 'message'> | undefined {
    if (expiresAtMs !== null && expiresAtMs <= nowMs) {
      // an override that ended at that moment may have been there, and the same end is told once
      return { code: 'not_in_the_future', message: 'expiresAt has passed by the time of the row' };
    }
    return value === undefined
      ? undefined
      : unfitValues(flag, new Map([['/value', value]]), this.parts.compilers)[0];
  }

  private stepOf(
    record: ImportRecord,
    { part, cursor, isEnd }: { part: number; cursor: string; isEnd: boolean },
    outcomes: readonly Outcome[],
  ): ImportStep {
    const { clock, newId } = this.parts;
    const at = new Date(clock()).toISOString();
    const written = outcomes.flatMap((outcome) => ('write' in outcome ? [outcome] : []));
    const rows = outcomes.flatMap((outcome) => ('row' in outcome ? [{ ...outcome.row, part }] : []));
    const counts = countsAfter(record, outcomes);
    const to: ImportRecord = {
      ...record,
      cursor,
      counts,
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && { state: 'done', finishedAt: at }),
    };
    const isTold = isEnd && !record.isDryRun && counts.written > 0;
    return {
      from: record,
      to,
      writes: record.isDryRun ? [] : written.map(({ write }) => write),
      backups: record.isDryRun ? [] : written.flatMap(({ backups }) => backups),
      changes: [
        ...(record.isDryRun ? [] : written.flatMap(({ ended }) => ended)),
        ...(isTold ? [importChange(to, newId(), at)] : []),
      ],
      rejected: rows.slice(0, Math.max(0, MAX_NAMED_REJECTIONS - record.counts.rejected)),
    };
  }
}

const countsAfter = (record: ImportRecord, outcomes: readonly Outcome[]): ImportCounts => {
  const before = record.counts;
  const countOf = (kind: Outcome['kind']): number => outcomes.filter((each) => each.kind === kind).length;
  const rejected = countOf('rejected');
  const first = outcomes.filter((each) => 'write' in each && each.isFirst);
  return {
    ...before,
    accepted: before.accepted + outcomes.length - rejected,
    rejected: before.rejected + rejected,
    added: before.added + countOf('added'),
    updated: before.updated + countOf('updated'),
    unchanged: before.unchanged + countOf('unchanged'),
    written: before.written + (record.isDryRun ? 0 : first.length),
  };
};
