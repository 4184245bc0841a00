import type { RejectedRow } from '../contract/import';
import { OverrideTypeSchema, type OverrideKind } from '../contract/override';
import {
  AnyUserIdSchema,
  type JsonValue,
  ReasonSchema,
  spelledAsStored,
  TimestampSchema,
  type UserIdFormat,
  UserSubSchema,
} from '../contract/primitives';
import { type FieldError, refused } from '../errors';
import type { ImportRecord } from '../import-ports';
import { type CsvTable, readCsv } from './csv';

/** What one row asks for. */
export interface WantedOverride {
  readonly userId: string;
  readonly kind: OverrideKind;
  /** Only of kind `value`. */
  readonly value?: JsonValue;
  readonly enabled: boolean;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number | null;
}

export type ImportEntry =
  | { readonly wanted: WantedOverride }
  | { readonly rejected: RejectedRow }
  /** A later row of the same part is about the same override. */
  | { readonly superseded: true };

const COLUMNS = ['userId', 'overrideType', 'reason', 'expiresAt'] as const;
type Column = (typeof COLUMNS)[number];

/** How a part is to be read. */
export interface RowFormat {
  readonly defaults: ImportRecord['defaults'];
  readonly userIdFormat: UserIdFormat;
  readonly maxRows: number;
}

const isColumn = (name: string): name is Column => COLUMNS.some((column) => column === name);

const columnFaults = (columns: readonly string[], required: readonly Column[]): FieldError[] => [
  ...columns.flatMap((name, index): FieldError[] => {
    const pointer = `#column/${name.slice(0, 100)}`;
    if (!isColumn(name)) {
      const message = `the header row names columns among ${COLUMNS.join(', ')}`;
      return [{ pointer, code: 'unknown_column', message }];
    }
    return columns.indexOf(name) === index
      ? []
      : [{ pointer, code: 'repeated_column', message: 'each column is there once' }];
  }),
  ...required
    .filter((name) => !columns.includes(name))
    .map((name) => ({
      pointer: `#column/${name}`,
      code: 'missing_column',
      message: `the header row, with which every text begins, names the column ${name}`,
    })),
];

/** The table with its columns checked: `INVALID_REQUEST` names each that is wrong. */
export const readTable = (text: string, { defaults, maxRows }: RowFormat): CsvTable => {
  const table = readCsv(text, maxRows);
  const required: Column[] = defaults.overrideType === null ? ['userId', 'overrideType'] : ['userId'];
  const faults = columnFaults(table.columns, required);
  if (faults.length > 0) {
    throw refused('INVALID_REQUEST', faults);
  }
  return table;
};

type Fault = Pick<RejectedRow, 'code' | 'message'>;

const fault = (code: string, message: string): Fault => ({ code, message });

class RowReader {
  constructor(
    private readonly columns: readonly string[],
    private readonly format: RowFormat,
    private readonly nowMs: number,
  ) {}

  read(cells: readonly string[]): WantedOverride | Fault {
    if (cells.length > this.columns.length) {
      return fault(
        'too_many_cells',
        `the row has more cells than the header row, which has ${this.columns.length}`,
      );
    }
    const cell = (name: Column): string => cells[this.columns.indexOf(name)] ?? '';
    const { defaults, userIdFormat } = this.format;
    const userId = (userIdFormat === 'any' ? AnyUserIdSchema : UserSubSchema).safeParse(
      cell('userId').trim(),
    );
    if (!userId.success) {
      return fault('invalid_user_id', userId.error.issues[0]?.message ?? 'not a user id');
    }
    const kind = OverrideTypeSchema.safeParse(cell('overrideType').trim() || defaults.overrideType);
    if (!kind.success) {
      return fault('invalid_override_type', 'overrideType is include or exclude');
    }
    const reason = ReasonSchema.safeParse(cell('reason') || (defaults.reason ?? ''));
    if (!reason.success) {
      return fault('invalid_reason', 'a reason has at most 500 characters');
    }
    const expiresAt = cell('expiresAt').trim() || defaults.expiresAt;
    if (expiresAt !== null && !TimestampSchema.safeParse(expiresAt).success) {
      return fault(
        'invalid_expires_at',
        'expiresAt is a time in ISO 8601 up to the year 9999, as 2026-11-21T09:00:00Z',
      );
    }
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
    if (expiresAtMs !== null && !(expiresAtMs > this.nowMs)) {
      return fault('not_in_the_future', 'expiresAt must lie in the future');
    }
    return {
      userId: spelledAsStored(userId.data),
      kind: kind.data,
      enabled: true,
      reason: reason.data === '' ? null : reason.data,
      expiresAtMs,
    };
  }

  /** What a rejection says of whom it is about: bounded, whatever the cell holds. */
  shownUserId(cells: readonly string[]): string | null {
    return cells[this.columns.indexOf('userId')]?.slice(0, 128) ?? null;
  }
}

const overrideOf = ({ userId, kind }: WantedOverride): string => `${userId} ${kind}`;

/**
 * What each row of data asks for, in the order of the rows; `nowMs` is when the import began, so that reading a part
 * again gives the same.
 */
export const readEntries = (text: string, format: RowFormat, nowMs: number): ImportEntry[] => {
  const { columns, rows } = readTable(text, format);
  const reader = new RowReader(columns, format, nowMs);
  const entries = rows.map((cells, index): ImportEntry => {
    const read = reader.read(cells);
    return 'code' in read
      ? { rejected: { row: index + 1, userId: reader.shownUserId(cells), ...read } }
      : { wanted: read };
  });
  const seen = new Set<string>();
  return entries
    .reverse()
    .map((entry): ImportEntry => {
      if (!('wanted' in entry)) {
        return entry;
      }
      const override = overrideOf(entry.wanted);
      const isSuperseded = seen.has(override);
      seen.add(override);
      return isSuperseded ? { superseded: true } : entry;
    })
    .reverse();
};
