import { LRUCache } from 'lru-cache';
import { OVERRIDE_KINDS } from '../contract/override';
import type { ImportParts, ImportRecord } from '../import-ports';
import type { OverrideRepository } from '../override-ports';
import type { Clock, FlagGeneration } from '../ports';
import type { UserIdFormat } from '../contract/primitives';
import { type ImportEntry, readEntries } from './import-rows';

/** Rows of one part: 4 MB of the shortest rows there are would be millions. */
export const MAX_PART_ROWS = 200_000;

export interface NextEntries {
  readonly entries: readonly ImportEntry[];
  /** Of a copy 0. */
  readonly part: number;
  /** The number of the first of them in the part. */
  readonly row: number;
  /** Where the work goes on behind them. */
  readonly cursor: string;
  readonly isEnd: boolean;
}

/** What was sent of an import is not there any more. */
export class PartMissing extends Error {
  override readonly name = 'PartMissing';
}

export interface ImportSourcesParts {
  readonly importParts: ImportParts;
  readonly overrides: Pick<OverrideRepository, 'list'>;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
}

/** Where the rows of an import come from: its parts, or the overrides of another flag. */
export class ImportSources {
  /** A part is read for one step after the other. */
  private readonly texts = new LRUCache<string, ImportEntry[]>({ max: 2 });

  constructor(private readonly parts: ImportSourcesParts) {}

  /** Throws {@link PartMissing}. */
  async next(record: ImportRecord, limit: number): Promise<NextEntries> {
    return record.copiedFrom === null
      ? this.nextOfParts(record, limit)
      : this.nextOfFlag(record.copiedFrom, record, limit);
  }

  private async nextOfParts(record: ImportRecord, limit: number): Promise<NextEntries> {
    const last = Math.max(0, ...Object.keys(record.parts).map(Number));
    const [first = 1, from = 0] = record.cursor === '' ? [] : record.cursor.split(':').map(Number);
    // a part that is at its end, or has no rows, is passed over
    for (let part = first; part <= last; part += 1) {
      const row = part === first ? from : 0;
      const entries = await this.entriesOf(record, part);
      const some = entries.slice(row, row + limit);
      if (some.length > 0) {
        return {
          entries: some,
          part,
          row: row + 1,
          cursor: `${part}:${row + some.length}`,
          isEnd: part === last && row + some.length === entries.length,
        };
      }
    }
    return { entries: [], part: last, row: 1, cursor: record.cursor, isEnd: true };
  }

  private async entriesOf(record: ImportRecord, part: number): Promise<ImportEntry[]> {
    const object = record.parts[String(part)]?.object ?? '';
    // a dry run and the run behind it may judge an expiry differently
    const key = `${object} ${record.startedAt}`;
    const known = this.texts.get(key);
    if (known !== undefined) {
      return known;
    }
    const text = await this.parts.importParts.get(object);
    if (text === undefined) {
      throw new PartMissing(`part ${part} of the import is not there any more`);
    }
    const format = {
      defaults: record.defaults,
      userIdFormat: this.parts.userIdFormat,
      maxRows: MAX_PART_ROWS,
    };
    const entries = readEntries(text, format, Date.parse(record.startedAt ?? record.createdAt));
    this.texts.set(key, entries);
    return entries;
  }

  private async nextOfFlag(
    source: FlagGeneration,
    { cursor, counts }: ImportRecord,
    limit: number,
  ): Promise<NextEntries> {
    const { overrides, next } = await this.parts.overrides.list(source, {
      after: cursor === '' ? undefined : cursor,
      limit,
      kinds: OVERRIDE_KINDS,
      nowMs: this.parts.clock(),
    });
    const entries = overrides.flatMap(
      ({ userId, kind, value, enabled, reason, expiresAtMs }): ImportEntry[] =>
        userId === null
          ? []
          : [
              {
                wanted: { userId, kind, ...(value !== undefined && { value }), enabled, reason, expiresAtMs },
              },
            ],
    );
    const row = counts.accepted + counts.rejected + 1;
    return { entries, part: 0, row, cursor: next ?? cursor, isEnd: next === undefined };
  }
}
