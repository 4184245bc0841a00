import type { AuditEventName } from '../contract/audit';
import type { Flag, FlagDefinition } from '../contract/flag';
import { jsonPointer } from '../contract/json-pointer';
import { FlagError } from '../errors';
import type { Compilers } from '../evaluation/model';
import type {
  Change,
  Clock,
  FlagRecord,
  FlagRepository,
  FlagSnapshot,
  NewId,
  SegmentRepository,
} from '../ports';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import { changedKeys, definitionChange, stamped } from './definition-change';
import { checkFaults, checkFlag, newlyNamedSegments, type PointerOf } from './flag-faults';
import { flagNotFound } from './not-found';
import type { StoredValues } from './stored-values';

export interface FlagWriterParts {
  readonly flags: FlagRepository;
  readonly segments: Pick<SegmentRepository, 'present'>;
  readonly storedValues: StoredValues;
  readonly compilers: Compilers;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** What becomes of a flag. */
export interface Decision {
  readonly fields: Partial<Flag>;
  /** @default a JSON pointer into the flag */
  readonly pointerOf?: PointerOf;
}

interface About {
  readonly event: AuditEventName;
  readonly reason?: string | null;
}

export interface Written {
  readonly flag: Flag;
  readonly isNew: boolean;
}

/** Fields that can be changed whatever else is wrong with a flag: it must be possible to stop one that is broken. */
const STATE = new Set(['enabled', 'state', 'killed']);

/**
 * Writes flags: reads one strongly, lets the caller decide on what is there, checks and commits that, and starts anew
 * where somebody else was faster. Every write of a flag or segment is conditional on the ruleset version that was read
 * first, so what is read after it (its segments) still holds when the write does.
 */
export class FlagWriter {
  constructor(private readonly parts: FlagWriterParts) {}

  async create(call: Call, definition: FlagDefinition): Promise<Flag> {
    return retryOnConflict(async () => {
      const snapshot = await this.parts.flags.readForWrite(call.environment, definition.key);
      checkVersion(call, snapshot.record?.flag.version);
      if (snapshot.record !== undefined) {
        throw new FlagError('ALREADY_EXISTS', `The flag "${definition.key}" exists already.`);
      }
      return (await this.save(call, snapshot, { fields: definition }, { event: 'flag.created' })).flag;
    });
  }

  /** One change of an existing flag; one that changes nothing writes nothing. */
  change(call: Call, flagKey: string, about: About, decide: (current: Flag) => Decision): Promise<Flag> {
    return retryOnConflict(async () => {
      const { snapshot, record } = await this.present(call, flagKey);
      return (await this.save(call, snapshot, decide(record.flag), about)).flag;
    });
  }

  /** Creates or changes. */
  put(
    call: Call,
    flagKey: string,
    about: { readonly event: AuditEventName },
    decide: (current: Flag | undefined) => Promise<{ fields: FlagDefinition } & Decision>,
  ): Promise<Written> {
    return retryOnConflict(async () => {
      const snapshot = await this.parts.flags.readForWrite(call.environment, flagKey);
      const current = snapshot.record?.flag;
      checkVersion(call, current?.version);
      const { flag } = await this.save(call, snapshot, await decide(current), about);
      return { flag, isNew: current === undefined };
    });
  }

  async delete(call: Call, flagKey: string): Promise<void> {
    await retryOnConflict(async () => {
      const { snapshot, record } = await this.present(call, flagKey);
      await this.end(call, snapshot, record, { event: 'flag.deleted' });
    });
  }

  /**
   * Makes a flag what `decide` says it was: undefined where there was none. Its state is a part of it. Answers the
   * change, or undefined where it is so already.
   */
  restore(
    call: Call,
    flagKey: string,
    about: About,
    decide: (current: FlagRecord | undefined) => Promise<Flag | undefined>,
  ): Promise<Change | undefined> {
    return retryOnConflict(async () => {
      const snapshot = await this.parts.flags.readForWrite(call.environment, flagKey);
      const { record } = snapshot;
      checkVersion(call, record?.flag.version);
      const fields = await decide(record);
      if (fields !== undefined) {
        return (await this.save(call, snapshot, { fields, pointerOf: () => '#path/id' }, about)).change;
      }
      return record && this.end(call, snapshot, record, about);
    });
  }

  private async end(call: Call, snapshot: FlagSnapshot, record: FlagRecord, about: About): Promise<Change> {
    const change = definitionChange(call, {
      id: this.parts.newId(),
      event: about.event,
      flagKey: record.flag.key,
      before: record.flag,
      after: undefined,
      reason: about.reason ?? null,
      nowMs: this.parts.clock(),
    });
    if (!call.dryRun) {
      await this.parts.flags.commit(snapshot, { deleted: record }, change);
    }
    return change;
  }

  private async present(
    call: Call,
    flagKey: string,
  ): Promise<{ snapshot: FlagSnapshot; record: FlagRecord }> {
    const snapshot = await this.parts.flags.readForWrite(call.environment, flagKey);
    if (snapshot.record === undefined) {
      throw flagNotFound(flagKey);
    }
    checkVersion(call, snapshot.record.flag.version);
    return { snapshot, record: snapshot.record };
  }

  private async save(
    call: Call,
    snapshot: FlagSnapshot,
    { fields, pointerOf = jsonPointer }: Decision,
    about: About,
  ): Promise<{ readonly flag: Flag; readonly change: Change | undefined }> {
    const { flags, compilers, clock, newId, storedValues } = this.parts;
    const id = newId();
    const nowMs = clock();
    const before = snapshot.record;
    const flag = {
      ...before?.flag,
      ...fields,
      ...(before === undefined && {
        environment: call.environment,
        state: fields.state ?? 'active',
        killed: fields.killed ?? false,
      }),
      ...stamped(call, before?.flag, nowMs),
    } as Flag;
    const record: FlagRecord = { ...(before ?? { generation: id }), flag, changeId: id };
    const changed = changedKeys(before?.flag, flag);
    if (before !== undefined && changed.length === 0) {
      await (call.force === true ? storedValues.disableUnfit(call, before) : undefined);
      return { flag: before.flag, change: undefined };
    }
    if (!changed.every((key) => STATE.has(key))) {
      checkFlag(record, compilers, pointerOf);
      await this.checkSegments(call.environment, record, before, pointerOf);
    }
    const hasNewSchema = before !== undefined && changed.includes('valueSchema');
    await (hasNewSchema ? storedValues.check(call, record, pointerOf(['valueSchema'])) : undefined);
    const { event, reason = null } = about;
    const change = definitionChange(call, {
      id,
      event,
      flagKey: flag.key,
      before: before?.flag,
      after: flag,
      reason,
      nowMs,
    });
    if (!call.dryRun) {
      await flags.commit(snapshot, record, change);
    }
    if (hasNewSchema || call.force === true) {
      await storedValues.disableUnfit(call, record);
    }
    return { flag, change };
  }

  private async checkSegments(
    environment: string,
    record: FlagRecord,
    before: FlagRecord | undefined,
    pointerOf: PointerOf,
  ): Promise<void> {
    const named = newlyNamedSegments(record, before);
    if (named.length === 0) {
      return;
    }
    const present = await this.parts.segments.present(
      environment,
      named.map(({ key }) => key),
    );
    const missing = named.filter(({ key }) => !present.has(key));
    checkFaults(
      missing.map(({ key, path }) => ({
        path,
        code: 'unknown_segment',
        message: `there is no segment "${key}" in ${environment}`,
      })),
      pointerOf,
    );
  }
}
