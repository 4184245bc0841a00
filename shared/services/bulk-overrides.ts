import { type BulkUserOverridesRequest, MAX_BULK_ROWS, MAX_NAMED_REJECTIONS } from '../contract/import';
import type { BulkUserOverridesResponse, Import } from '../contract/import-answers';
import { remainingMs } from '../deadline';
import { FlagError, invalidField, StoreUnavailable } from '../errors';
import type { ImportRecord, ImportRepository } from '../import-ports';
import type { ChangeLimiter, FlagRecord } from '../ports';
import type { Call } from './call';
import { csvLine } from './csv';
import { begun, newImport } from './import-beginnings';
import { type ImportEngine, isAtWork } from './import-engine';
import { type ImportEntry, readEntries } from './import-rows';
import type { ImportSteps } from './import-step';
import type { ImportServiceParts } from './imports';
import { flagNotFound } from './not-found';
import { shownImport } from './shown-import';
import { withinLimit } from './within-limit';

export interface BulkOverrideServiceParts extends Omit<ImportServiceParts, 'imports' | 'jobs'> {
  readonly imports: Pick<ImportRepository, 'commit' | 'rejected'>;
  readonly limiter: ChangeLimiter;
  readonly engine: Pick<ImportEngine, 'work'>;
  readonly steps: Pick<ImportSteps, 'outcomesOf' | 'next'>;
}

/** A step begins only with this much of the request's time left, and an answer has to be given. */
const STEP_MS = 1_500;

const NO_DEFAULTS: ImportRecord['defaults'] = { overrideType: null, reason: null, expiresAt: null };

/** Imports that are worked off within their request. A worker finishes those that its time does not suffice for. */
export class BulkOverrideService {
  constructor(private readonly parts: BulkOverrideServiceParts) {}

  /** The ids of the request, each with what it says of all of them. */
  async putUsers(
    call: Call,
    flagKey: string,
    request: BulkUserOverridesRequest,
  ): Promise<BulkUserOverridesResponse> {
    const { overrideType, userIds, reason, expiresAt = null } = request;
    this.parts.writer.checkedExpiry(expiresAt);
    const text = ['userId', ...userIds].map((id, index) => csvLine([id, index === 0 ? 'reason' : '']));
    const defaults = { overrideType, reason: reason || null, expiresAt };
    return this.put(call, flagKey, text.join(''), defaults);
  }

  async putCsv(call: Call, flagKey: string, text: string): Promise<BulkUserOverridesResponse> {
    return this.put(call, flagKey, text, NO_DEFAULTS);
  }

  private async put(
    call: Call,
    flagKey: string,
    text: string,
    defaults: ImportRecord['defaults'],
  ): Promise<BulkUserOverridesResponse> {
    const { writer, userIdFormat, clock } = this.parts;
    const flag = await writer.presentFlag(call.environment, flagKey);
    const format = { defaults, userIdFormat, maxRows: MAX_BULK_ROWS };
    const record = begun(
      newImport(this.parts, call, flag, { source: 'bulk', defaults }),
      call,
      'running',
      clock(),
    );
    const entries = readEntries(text, format, Date.parse(record.startedAt ?? record.createdAt));
    const rejected = entries.flatMap((entry) => ('rejected' in entry ? [entry.rejected] : []));
    if (!call.dryRun && (await this.changesSomething(record, flag, entries))) {
      await this.workOff(call, await this.keep(record, text, entries.length));
    }
    return { accepted: entries.length - rejected.length, rejected };
  }

  private async changesSomething(
    record: ImportRecord,
    flag: FlagRecord,
    entries: readonly ImportEntry[],
  ): Promise<boolean> {
    const outcomes = await this.parts.steps.outcomesOf(record, flag, entries);
    return outcomes.some((outcome) => 'write' in outcome);
  }

  private async keep(record: ImportRecord, text: string, rows: number): Promise<ImportRecord> {
    const object = `${record.importId}/1`;
    await this.parts.importParts.put(object, text);
    return { ...record, parts: { '1': { rows, object } } };
  }

  /** Overrides of the flag `flagKey` on the flag `to`, where those of the same user and kind are replaced. */
  async copy(call: Call, flagKey: string, to: string): Promise<Import> {
    const { writer, imports, clock } = this.parts;
    if (to === flagKey) {
      throw invalidField('/to', 'same_flag', 'overrides are copied to another flag');
    }
    const { generation } = await writer.presentFlag(call.environment, flagKey);
    const target = await writer.presentFlag(call.environment, to);
    const copiedFrom = { environment: call.environment, flagKey, generation };
    const given = { source: 'copy', copiedFrom, defaults: NO_DEFAULTS } as const;
    const record = begun(newImport(this.parts, call, target, given), call, 'running', clock());
    const unchanging = call.dryRun ? undefined : await this.withoutChange(record, target);
    if (unchanging !== undefined) {
      await imports.commit({ from: undefined, to: unchanging });
      return shownImport(unchanging, []);
    }
    const left = await this.workedOff(call, record);
    const isToName = left.counts.rejected > 0;
    return shownImport(left, isToName ? await imports.rejected(left, MAX_NAMED_REJECTIONS) : []);
  }

  /** The import at its end, where it finds all as it should be: that costs no limit. */
  private async withoutChange(record: ImportRecord, flag: FlagRecord): Promise<ImportRecord | undefined> {
    let tried: ImportRecord = { ...record, isDryRun: true };
    while (isAtWork(tried) && remainingMs() > STEP_MS) {
      tried = (await this.parts.steps.next(tried, flag)).to;
      const { added, updated, rejected } = tried.counts;
      if (added + updated + rejected > 0) {
        return undefined;
      }
    }
    return isAtWork(tried) ? undefined : { ...tried, isDryRun: false };
  }

  /** Until the end: `UNAVAILABLE` where the time of the request does not suffice. */
  private async workOff(call: Call, record: ImportRecord): Promise<void> {
    const left = await this.workedOff(call, record);
    if (left.state === 'failed') {
      throw flagNotFound(record.flagKey);
    }
    if (isAtWork(left)) {
      throw new FlagError(
        'UNAVAILABLE',
        'The time of the request did not suffice. All rows that can be taken are written behind it; those that were not rejected need not be sent again.',
        { retryAfterSeconds: 2 },
      );
    }
  }

  private async workedOff(call: Call, record: ImportRecord): Promise<ImportRecord> {
    const { imports, engine, clock, telemetry } = this.parts;
    const held = { ...record, heldUntilMs: clock() + Math.min(remainingMs(), 60_000) };
    await withinLimit(this.parts, call.environment, async (claim) => {
      if (!call.dryRun) {
        await claim(record.flagKey);
      }
      await imports.commit({ from: undefined, to: held, begins: true });
    });
    try {
      return (await engine.work(held, () => remainingMs() > STEP_MS)) ?? held;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        throw error;
      }
      telemetry.warn('import goes on without its request', { importId: held.importId, error });
      return held;
    }
  }
}
