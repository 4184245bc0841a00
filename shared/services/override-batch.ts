import type { BatchOutcome, OverrideBatchRequest, OverrideBatchResponse } from '../contract/override-search';
import { spelledAsStored } from '../contract/primitives';
import { StoreUnavailable } from '../errors';
import type { StoredOverride } from '../override-ports';
import type { ChangeLimiter, Telemetry } from '../ports';
import { type Asked, type BatchEntry, batchKey, type BatchPlanParts, decided, planBatch } from './batch-plan';
import type { Call } from './call';
import { retryOnConflict } from './conflict-retry';
import { unfitOverride } from './fitting-value';
import { overrideChange } from './override-change';
import { OverrideWriter } from './override-writer';
import { packChanges } from './pack-changes';
import { withinLimit } from './within-limit';

export interface OverrideBatchServiceParts extends BatchPlanParts {
  readonly limiter: ChangeLimiter;
  readonly telemetry: Telemetry;
}

interface Outcome {
  readonly outcome: BatchOutcome;
  readonly version: number | null;
}

type Outcomes = Map<string, Outcome>;

/** Changes many overrides alike: what can be known before is checked of all of them first. */
export class OverrideBatchService {
  constructor(private readonly parts: OverrideBatchServiceParts) {}

  /**
   * Throws `OVERRIDE_NOT_FOUND` or `INVALID_VALUE` naming each item at fault, `RATE_LIMITED` where the batch does not
   * fit what is left of a flag's hour; then nothing is written.
   */
  async change(call: Call, request: OverrideBatchRequest): Promise<OverrideBatchResponse> {
    const expiresAtMs = this.parts.writer.checkedExpiry(request.expiresAt ?? null);
    const asked = { action: request.action, expiresAtMs };
    const items = request.items.map((item) => ({ ...item, userId: spelledAsStored(item.userId) }));
    const outcomes = await withinLimit(this.parts, call.environment, async (claim) => {
      const entries = await planBatch(this.parts, call.environment, items, asked);
      const changing = entries.filter(({ opened, next }) => next !== opened.current);
      const outcomes: Outcomes = new Map(
        entries.map((entry) => [
          entry.key,
          changing.includes(entry)
            ? changed(entry.next && { version: entry.next.version + 1 })
            : unchanged(entry.next),
        ]),
      );
      if (!call.dryRun) {
        const counts = countByFlag(changing);
        for (const [flagKey, count] of counts) {
          await claim(flagKey, count);
        }
        await this.write(call, asked, changing, outcomes);
        const used = countByFlag(changing.filter(({ key }) => takesPlace(outcomes.get(key))));
        for (const flagKey of counts.keys()) {
          await claim(flagKey, used.get(flagKey) ?? 0);
        }
      }
      return outcomes;
    });
    return answerOf(call, { ...request, items }, outcomes);
  }

  /**
   * In as few transactions as hold them. Where one of them fails with others written, the answer says so of its
   * overrides; where none was written, it is as if nothing had been asked.
   */
  private async write(
    call: Call,
    asked: Asked,
    changing: readonly BatchEntry[],
    outcomes: Outcomes,
  ): Promise<void> {
    const packs = packChanges(changing);
    for (const [index, pack] of packs.entries()) {
      try {
        await retryOnConflict(() => this.writePack(call, asked, pack, outcomes));
      } catch (error) {
        if (index === 0 || !(error instanceof StoreUnavailable)) {
          throw error;
        }
        this.parts.telemetry.warn('batch of overrides ended early', { error });
        for (const { key } of packs.slice(index).flat()) {
          outcomes.set(key, FAILED);
        }
        return;
      }
    }
  }

  private async writePack(
    call: Call,
    asked: Asked,
    pack: readonly BatchEntry[],
    outcomes: Outcomes,
  ): Promise<void> {
    const { writer, flags, compilers } = this.parts;
    const places = pack.map((entry) => entry.opened.place);
    const records = await flags.readMany(
      call.environment,
      places.map(({ flagKey }) => flagKey),
    );
    const opened = await writer.openPlaces(places);
    const commits = opened.flatMap((at, index) => {
      const key = pack[index]?.key ?? '';
      const record = records.get(at.place.flagKey);
      if (record?.generation !== at.place.generation || at.current === undefined) {
        outcomes.set(key, gone(asked));
        return [];
      }
      const next = decided(asked, at.current);
      if (next === at.current) {
        outcomes.set(key, unchanged(next));
        return [];
      }
      if (unfitOverride(record, next, key, compilers).length > 0) {
        outcomes.set(key, FAILED);
        return [];
      }
      const made = next && writer.next(call, at, next);
      outcomes.set(key, changed(made));
      const writes = [OverrideWriter.write(at, made, record)] as const;
      const event = made === undefined ? 'override.removed' : 'override.updated';
      return [{ writes, about: overrideChange(writes, event, null) }];
    });
    if (commits.length > 0) {
      await writer.commitAll(call, commits);
    }
  }
}

const changed = (next: Pick<StoredOverride, 'version'> | undefined): Outcome => ({
  outcome: 'changed',
  version: next?.version ?? null,
});

const unchanged = (current: Pick<StoredOverride, 'version'> | undefined): Outcome => ({
  outcome: 'unchanged',
  version: current?.version ?? null,
});

/** It was not written, or nobody knows; or its flag got another schema after all were checked. */
const FAILED: Outcome = { outcome: 'failed', version: null };

/** Somebody else removed it, or its time was over, after all were checked. */
const gone = ({ action }: Asked): Outcome => ({
  outcome: action === 'remove' ? 'unchanged' : 'gone',
  version: null,
});

/** Of what failed nobody knows whether it was written. */
const takesPlace = (of: Outcome | undefined): boolean =>
  of?.outcome === 'changed' || of?.outcome === 'failed';

const countByFlag = (entries: readonly BatchEntry[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { opened } of entries) {
    const { flagKey } = opened.place;
    counts.set(flagKey, (counts.get(flagKey) ?? 0) + 1);
  }
  return counts;
};

const answerOf = (
  call: Call,
  { action, items }: OverrideBatchRequest,
  outcomes: Outcomes,
): OverrideBatchResponse => {
  const counted = (outcome: BatchOutcome): number =>
    [...outcomes.values()].filter((each) => each.outcome === outcome).length;
  return {
    ok: counted('gone') + counted('failed') === 0,
    action,
    dryRun: call.dryRun,
    changed: counted('changed'),
    unchanged: counted('unchanged'),
    results: items.map((item) => ({
      ...item,
      ...(outcomes.get(batchKey(item)) ?? FAILED),
    })),
  };
};
