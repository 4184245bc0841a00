import type { ImportState, RejectedRow } from './contract/import';
import type { OverrideType } from './contract/override';
import type { OverridePlace, OverrideSlot, OverrideWrite, StoredOverride } from './override-ports';
import type { Attribution, Change, FlagGeneration } from './ports';

/** What imports of many overrides leave outside: their records, and what was sent of them. As in `ports.ts`. */

/** What names an import. */
export interface ImportPlace {
  readonly environment: string;
  readonly flagKey: string;
  readonly importId: string;
}

/** One part as it was sent last. */
export interface HeldPart {
  readonly rows: number;
  /** Where `ImportParts` has it; a part that is sent again lies elsewhere. */
  readonly object: string;
}

export interface ImportCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Overrides that carry its change id, each once. */
  readonly written: number;
  /** Those of them that an undo took back. */
  readonly restored: number;
  /** What became of them by that; undefined before an undo. */
  readonly undone?:
    | {
        readonly added: number;
        readonly updated: number;
        readonly removed: number;
        /** Put back with a value that no longer fits the flag. */
        readonly switchedOff: number;
      }
    | undefined;
}

/** An import of many overrides on one flag, as far as it has come. */
export interface ImportRecord extends FlagGeneration {
  readonly importId: string;
  readonly source: 'parts' | 'bulk' | 'copy';
  /** Only of a copy. */
  readonly copiedFrom: FlagGeneration | null;
  readonly state: ImportState;
  readonly isDryRun: boolean;
  readonly defaults: {
    readonly overrideType: OverrideType | null;
    readonly reason: string | null;
    readonly expiresAt: string | null;
  };
  /** By number. */
  readonly parts: Readonly<Record<string, HeldPart>>;
  /** Where the work goes on, in words of its source; empty at the beginning. */
  readonly cursor: string;
  readonly counts: ImportCounts;
  readonly failure: string | null;
  /** Why it is undone, where that was said. */
  readonly undoReason?: string | undefined;
  /** Who asked for the present work. */
  readonly attribution: Attribution;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  /** The version with which the present work began; 0 before. */
  readonly startedVersion: number;
  readonly finishedAt: string | null;
  /** Until then a request works it off itself, in epoch milliseconds. */
  readonly heldUntilMs: number;
  readonly version: number;
}

/** Which import left what lies at a place, and what that had found there, if it replaced something. */
export interface LeftByImport {
  readonly importId: string | undefined;
  readonly replaced: ReplacedOverride | undefined;
}

/** What an import replaced; an earlier one may have left it. */
export interface ReplacedOverride extends LeftByImport {
  readonly override: StoredOverride;
}

/** What lies at a place. */
export interface ImportSlot extends OverrideSlot, LeftByImport {}

/** An override that an import left, with its place. */
export type WrittenOverride = OverridePlace & { readonly slot: ImportSlot };

/** One step of an import: all of it is written, or nothing. */
export interface ImportStep {
  /** What it was decided on; undefined where the import is new. */
  readonly from: ImportRecord | undefined;
  readonly to: ImportRecord;
  readonly writes?: readonly (OverrideWrite & LeftByImport)[];
  /** Imports that it holds for not undone: it is refused where one comes to be. */
  readonly lasting?: readonly ImportPlace[];
  readonly changes?: readonly Change[];
  readonly rejected?: readonly NamedRejection[];
  /** Has the work begin in an invocation of its own. */
  readonly begins?: boolean;
}

export interface NamedRejection extends RejectedRow {
  /** 0 of a copy, which has no parts. */
  readonly part: number;
}

export interface ImportRepository {
  /** Strongly. */
  read(of: ImportPlace): Promise<ImportRecord | undefined>;
  commit(step: ImportStep): Promise<void>;
  /** Forgets an import that has written nothing. */
  remove(record: ImportRecord): Promise<void>;
  /** Strongly, one slot per place. */
  readSlots(places: readonly OverridePlace[]): Promise<ImportSlot[]>;
  /** What the import left that nobody has changed since, up to `limit`, behind `after`; `next` is undefined at the end. */
  written(
    record: ImportRecord,
    page: { after: string; limit: number },
  ): Promise<{ written: { found: WrittenOverride; position: string }[]; next: string | undefined }>;
  /** The first rejected rows since the work began. */
  rejected(record: ImportRecord, limit: number): Promise<NamedRejection[]>;
  /** Lets the work go on in a new invocation. */
  goOn(of: ImportPlace): Promise<void>;
  finish(of: ImportPlace): Promise<void>;
}

/** Keeps what was sent of imports, for some weeks. */
export interface ImportParts {
  put(object: string, text: string): Promise<void>;
  /** Undefined where there is none, or none any more. */
  get(object: string): Promise<string | undefined>;
  delete(object: string): Promise<void>;
}
