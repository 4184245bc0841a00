import type { Compilers } from '../evaluation/model';
import type {
  ImportCounts,
  ImportRecord,
  ImportRepository,
  ImportSlot,
  ImportStep,
  KeptBackup,
  TakenOverride,
} from '../import-ports';
import type { Clock, FlagRecord, NewId } from '../ports';
import { expiryChange, hasExpired } from './expiry-change';
import { unfitOverride } from './fitting-value';
import { redoneChange } from './import-changes';
import { ImportLayers } from './import-layers';
import { isLight } from './import-step-size';

/** An override and what is kept of it are two items of a transaction. */
const STEP = 46;

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

const placeKeyOf = ({ backup: { place } }: Opened): string => [place.userId, place.kind].join(' ');

/** Brings back what the undo of an import has taken away, wherever nobody has changed since what the undo left. */
export class ImportRedo {
  private readonly layers: ImportLayers;

  constructor(private readonly parts: ImportRedoParts) {
    this.layers = new ImportLayers(parts.imports);
  }

  /** The step that follows on `record`; `flag` is the flag it writes on. */
  async next(record: ImportRecord, flag: FlagRecord): Promise<ImportStep> {
    for (let limit = STEP; ; limit = Math.ceil(limit / 2)) {
      const page = await this.parts.imports.taken(record, { after: record.cursor, limit });
      const opened = await this.opened(page.taken);
      const isAsLeft = await this.areAsLeft(opened);
      const nowMs = this.parts.clock();
      // an import may have written there more than once: the last is what it left
      const returning = new Map(
        opened
          .filter((each, index) => isAsLeft[index] === true && !hasExpired(each.taken.override, nowMs))
          .map((each) => [placeKeyOf(each), each]),
      );
      const writes = [...returning.values()].map((each) => this.returning(record, flag, each, nowMs));
      const left = new Set(opened.map(placeKeyOf)).size - writes.length;
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

  /** Whether at each place lies what the undo left there, or what imports did that lay below this one. */
  private async areAsLeft(opened: readonly Opened[]): Promise<boolean[]> {
    const nowMs = this.parts.clock();
    const isUntouched = ({ slot, backup, taken: { emptyFromMs } }: Opened): boolean =>
      slot.changeId === undefined
        ? emptyFromMs !== null && emptyFromMs <= nowMs
        : slot.changeId === backup.takenBy;
    const inDoubt = opened.filter((each) => !isUntouched(each) && each.slot.changedBy !== undefined);
    const tops = inDoubt.map(({ backup: { place, found }, slot: { changedBy } }) => ({
      place,
      layer: found,
      changedBy,
    }));
    const descents = await this.layers.descend(
      tops,
      async ({ importId }, { changedBy }) => importId !== changedBy,
    );
    const isFound = new Map(
      inDoubt.map((each, index) => {
        const { end, isKnown = false } = descents[index] ?? {};
        return [each, isKnown && end?.left?.importId === each.slot.changedBy];
      }),
    );
    return opened.map((each) => isFound.get(each) ?? isUntouched(each));
  }

  private returning(
    { attribution }: ImportRecord,
    flag: FlagRecord,
    { backup: { place, importId, step }, taken: { override }, slot }: Opened,
    nowMs: number,
  ): Write {
    const next = {
      ...override,
      // nobody looks at what an undo has taken away when a flag comes to have another schema
      enabled: override.enabled && unfitOverride(flag, override, '/value', this.parts.compilers).length === 0,
      version: (slot.override?.version ?? override.version) + 1,
      updatedBy: attribution.actor,
      updatedAt: new Date(nowMs).toISOString(),
    };
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
      changes: [
        ...writes.flatMap(({ slot: { override } }) =>
          override !== undefined && hasExpired(override, nowMs) ? [expiryChange(override)] : [],
        ),
        ...(isEnd ? [redoneChange(to, this.parts.newId(), at)] : []),
      ],
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
