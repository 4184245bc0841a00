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
  /** Overrides that carry its change id, each once; where another import wrote in between, once more. */
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
  /** What the last redo brought back of that, and what it left; undefined before one, and again after a further undo. */
  readonly redone?:
    | {
        readonly added: number;
        readonly updated: number;
        /** As of an undo. */
        readonly switchedOff: number;
        /** Changed since the undo, or over by now. */
        readonly left: number;
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
  /** The state that an undo found; a redo leads back to it. */
  readonly undoneFrom?: 'done' | 'cancelled' | 'failed' | undefined;
  /** Why it is undone or redone, where that was said. */
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

/** Which import left an override that nobody has changed since. */
export interface LeftByImport {
  readonly importId: string;
  /** The version of the import with which it replaced something; 0 where nothing was there. */
  readonly step: number;
}

/** An override, and the import that left it, if one did. */
export interface Layer {
  readonly override: StoredOverride;
  readonly left: LeftByImport | undefined;
}

/** What lies at a place. */
export interface ImportSlot extends OverrideSlot {
  readonly left: LeftByImport | undefined;
  /** The import whose work, undo or redo was the last change there. */
  readonly changedBy: string | undefined;
}

/** An override that an import left, with its place. */
export type WrittenOverride = OverridePlace & { readonly slot: ImportSlot };

export interface BackupPlace extends LeftByImport {
  readonly place: OverridePlace;
}

/** What undoing and redoing an import needs to know of one override that it left. */
export interface Backup extends BackupPlace {
  /** What the import replaced; undefined where nothing was there. */
  readonly found: Layer | undefined;
  /** What an undo has taken away; undefined before one, and after a redo. */
  readonly taken: TakenOverride | undefined;
}

export interface TakenOverride {
  readonly override: StoredOverride;
  /** From when on nothing at its place is what the undo left there, in epoch milliseconds; null for never. */
  readonly emptyFromMs: number | null;
}

/** A backup as it is kept. */
export interface KeptBackup extends Backup {
  /** The id of the change that took it away. */
  readonly takenBy: string | undefined;
}

/** One step of an import: all of it is written, or nothing. */
export interface ImportStep {
  /** What it was decided on; undefined where the import is new. */
  readonly from: ImportRecord | undefined;
  readonly to: ImportRecord;
  readonly writes?: readonly (OverrideWrite & Pick<ImportSlot, 'left'>)[];
  /** What it keeps, in place of what was kept there. */
  readonly backups?: readonly Backup[];
  /** Backups of which it takes what was taken away: it is refused where that is not there as it was read. */
  readonly usedUp?: readonly KeptBackup[];
  /** Imports that it holds for not undone: it is refused where one comes to be. */
  readonly lasting?: readonly ImportPlace[];
  /** Imports that it holds for undone: it is refused where one is redone. */
  readonly undone?: readonly ImportPlace[];
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
  ): Promise<{ written: WrittenOverride[]; next: string | undefined }>;
  /** Strongly; those that are kept, in no order. */
  backups(places: readonly BackupPlace[]): Promise<KeptBackup[]>;
  /** What undos have taken away of the import, as {@link written}; of the same place, later steps come last. */
  taken(
    record: ImportRecord,
    page: { after: string; limit: number },
  ): Promise<{ taken: KeptBackup[]; next: string | undefined }>;
  /** The first rejected rows since the work began. */
  rejected(record: ImportRecord, limit: number): Promise<NamedRejection[]>;
  /** Lets the work go on in a new invocation. */
  goOn(of: ImportPlace): Promise<void>;
  finish(of: ImportPlace): Promise<void>;
}

/** What imports keep of people. */
export interface BackupRepository {
  /** Of a user on any flag; eventually consistent. */
  ofUser(environment: string, userId: string): Promise<BackupPlace[]>;
  /** Says how many of them there were. */
  forget(places: readonly BackupPlace[]): Promise<number>;
}

/** Keeps what was sent of imports, for some weeks. */
export interface ImportParts {
  put(object: string, text: string): Promise<void>;
  /** Undefined where there is none, or none any more. */
  get(object: string): Promise<string | undefined>;
  delete(object: string): Promise<void>;
}
