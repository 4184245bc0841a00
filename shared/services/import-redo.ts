import type { Compilers } from '../evaluation/model';
import type {
  BackupPlace,
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  KeptBackup,
  TakenOverride,
} from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { hasExpired } from './expiry-change';
import { redoneChange } from './import-changes';
import { ImportLayers } from './import-layers';
import { endsIn, returned, RETURNS_AT_ONCE } from './import-returns';
import { isLight } from './import-step-size';

type Write = NonNullable<ImportStep['writes']>[number];

export interface ImportRedoParts {
  readonly imports: Pick<ImportRepository, 'taken' | 'readSlots' | 'backups'>;
  readonly compilers: Pick<Compilers, 'compilePattern'>;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** A backup with what lies at its place by now. */
interface Opened {
  readonly backup: KeptBackup;
  readonly taken: TakenOverride;
  readonly slot: ImportSlot;
}

const isThere = ({ override }: ImportSlot, nowMs: number): boolean =>
  override !== undefined && !hasExpired(override, nowMs);

/** It does not matter who emptied a place, or whether the store has collected what was there. */
const isEmptied = ({ emptyFromMs }: TakenOverride, nowMs: number): boolean =>
  emptyFromMs !== null && emptyFromMs <= nowMs;

const placeKeyOf = ({ backup: { place } }: Opened): string => [place.userId, place.kind].join(' ');

/** Brings back what the undo of an import has taken away, wherever nobody has changed since what the undo left. */
export class ImportRedo {
  private readonly layers: ImportLayers;

  constructor(private readonly parts: ImportRedoParts) {
    this.layers = new ImportLayers(parts.imports);
  }

  /** The step that follows on `record`; `flag` is the flag it writes on. */
  async next(record: ImportRecord, flag: FlagRecord): Promise<ImportStep> {
    for (let limit = RETURNS_AT_ONCE; ; limit = Math.ceil(limit / 2)) {
      const page = await this.parts.imports.taken(record, { after: record.cursor, limit });
      const opened = await this.opened(page.taken);
      const nowMs = this.parts.clock();
      const isAsLeft = await this.areAsLeft(opened, nowMs);
      // an import may have written there more than once: the last is what it left
      const asLeft = opened.filter(
        ({ taken: { override } }, index) => isAsLeft[index] === true && !hasExpired(override, nowMs),
      );
      const returning = new Map(asLeft.map((each) => [placeKeyOf(each), each]));
      const writes = [...returning.values()].map((each) => this.returning(record, flag, each, nowMs));
      const left = opened.length - asLeft.length;
      const counts = countsAfter(record.counts, [...returning.values()], writes, left, nowMs);
      const step = this.stepOf({ ...record, counts }, opened, writes, page.next, nowMs);
      if (limit === 1 || isLight(step)) {
        return { ...step, from: record };
      }
    }
  }

  private async opened(backups: readonly KeptBackup[]): Promise<Opened[]> {
    const slots = await this.parts.imports.readSlots(backups.map(({ place }) => place));
    return backups.flatMap((backup, index) => {
      const { taken } = backup;
      const slot = slots[index];
      return taken === undefined || slot === undefined ? [] : [{ backup, taken, slot }];
    });
  }

  /** Whether at each place is what the undo left there, or what undos and redos of imports below made of that. */
  private async areAsLeft(opened: readonly Opened[], nowMs: number): Promise<boolean[]> {
    const isUntouched = ({ slot, backup, taken }: Opened): boolean =>
      isThere(slot, nowMs) ? slot.changeId === backup.takenBy : isEmptied(taken, nowMs);
    const inDoubt = opened.filter((each) => !isUntouched(each) && each.backup.found?.left !== undefined);
    const tops = inDoubt.map(({ backup: { place, found }, slot }) => ({
      place,
      layer: found,
      changedBy: isThere(slot, nowMs) ? slot.changedBy : undefined,
    }));
    const descents = await this.layers.descend(
      tops,
      async ({ importId }, { changedBy }) => importId !== changedBy,
    );
    const asLeft = await Promise.all(
      inDoubt.map(async ({ slot, backup: { place } }, index) => {
        const { passed = [], end } = descents[index] ?? {};
        return isThere(slot, nowMs)
          ? slot.changedBy !== undefined && end?.left?.importId === slot.changedBy
          : this.isEmptiedBelow(
              passed.map(({ left }) => ({ ...left, place })),
              nowMs,
            );
      }),
    );
    const isFound = new Map(inDoubt.map((each, index) => [each, asLeft[index] === true]));
    return opened.map((each) => isFound.get(each) ?? isUntouched(each));
  }

  /** Whether one of these has been undone as well, and left nothing. */
  private async isEmptiedBelow(places: readonly BackupPlace[], nowMs: number): Promise<boolean> {
    const backups = await this.parts.imports.backups(places);
    return backups.some(({ taken }) => taken !== undefined && isEmptied(taken, nowMs));
  }

  private returning(
    record: ImportRecord,
    flag: FlagRecord,
    { backup: { place, importId, step }, taken: { override }, slot }: Opened,
    nowMs: number,
  ): Write {
    const next = returned(override, slot, { flag, record, nowMs }, this.parts.compilers);
    return { ...place, slot, next, left: { importId, step }, judgedBy: flag };
  }

  private stepOf(
    record: ImportRecord,
    opened: readonly Opened[],
    writes: readonly Write[],
    next: string | undefined,
    nowMs: number,
  ): ImportStep {
    const at = new Date(nowMs).toISOString();
    const isEnd = next === undefined;
    const to: ImportRecord = {
      ...record,
      cursor: next ?? record.cursor,
      updatedAt: at,
      version: record.version + 1,
      ...(isEnd && {
        state: record.undoneFrom ?? 'done',
        finishedAt: at,
        counts: { ...record.counts, restored: 0, undone: undefined },
      }),
    };
    return {
      from: record,
      to,
      writes,
      usedUp: opened.map(({ backup }) => backup),
      changes: [...endsIn(writes, nowMs), ...(isEnd ? [redoneChange(to, this.parts.newId(), at)] : [])],
    };
  }
}

const NOTHING = { added: 0, updated: 0, switchedOff: 0, left: 0 };

const countsAfter = (
  before: ImportCounts,
  returned: readonly Opened[],
  writes: readonly Write[],
  left: number,
  nowMs: number,
): ImportCounts => {
  const { redone = NOTHING } = before;
  const updated = writes.filter(
    ({ slot: { override } }) => override !== undefined && !hasExpired(override, nowMs),
  );
  const switchedOff = returned.filter(
    ({ taken }, index) => taken.override.enabled && writes[index]?.next?.enabled === false,
  );
  return {
    ...before,
    redone: {
      added: redone.added + writes.length - updated.length,
      updated: redone.updated + updated.length,
      switchedOff: redone.switchedOff + switchedOff.length,
      left: redone.left + left,
    },
  };
};
