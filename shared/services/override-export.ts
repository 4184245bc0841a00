import { OverrideTypeSchema } from '../contract/override';
import { remainingMs } from '../deadline';
import type { OverrideRepository, StoredOverride } from '../override-ports';
import { type Clock, MAX_PAGE_BYTES } from '../ports';
import { csvLine } from './csv';
import type { OverrideWriter } from './override-writer';

const PAGE_ROWS = 10_000;
/** Overrides that are read at once: with the longest reasons there are, a megabyte. */
const READ_ROWS = 500;
const READ_BYTES = 1024 * 1024;
/** With less time than this before its deadline a page ends: one read goes past ten thousand that it has no row for. */
const LEAST_MS = 4_000;

export interface OverrideExportParts {
  readonly writer: Pick<OverrideWriter, 'presentFlag'>;
  readonly overrides: Pick<OverrideRepository, 'list'>;
  readonly clock: Clock;
}

const lineOf = ({ userId, kind, reason, expiresAtMs }: StoredOverride): string =>
  csvLine([
    userId ?? '',
    kind,
    reason ?? '',
    expiresAtMs === null ? '' : new Date(expiresAtMs).toISOString(),
  ]);

/** Includes and excludes as CSV that a spreadsheet carries nothing out of, and that an import reads as they were. */
export class OverrideExport {
  constructor(private readonly parts: OverrideExportParts) {}

  /**
   * Ends before it has more rows than a page, or more bytes as a JSON text than an answer of a function holds; and with
   * what it has when its time runs low.
   */
  async page(
    environment: string,
    flagKey: string,
    after: string | undefined,
  ): Promise<{ text: string; next: string | undefined }> {
    const { writer, overrides, clock } = this.parts;
    const { generation } = await writer.presentFlag(environment, flagKey);
    const lines = [csvLine(['userId', 'overrideType', 'reason', 'expiresAt'])];
    let bytes = 0;
    let next = after;
    do {
      const page = await overrides.list(
        { environment, flagKey, generation },
        { after: next, limit: READ_ROWS, kinds: OverrideTypeSchema.options, nowMs: clock() },
      );
      // one that is switched off does not count, and a row could not say so
      const some = page.overrides.filter(({ enabled }) => enabled).map(lineOf);
      lines.push(...some);
      bytes += Buffer.byteLength(JSON.stringify(some.join('')));
      next = page.next;
    } while (
      next !== undefined &&
      remainingMs() > LEAST_MS &&
      lines.length + READ_ROWS <= PAGE_ROWS + 1 &&
      bytes + READ_BYTES <= MAX_PAGE_BYTES
    );
    return { text: lines.join(''), next };
  }
}
