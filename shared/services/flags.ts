import { isDeepStrictEqual } from 'node:util';
import type { AuditEventName } from '../contract/audit';
import {
  type CreateFlagRequest,
  type Flag,
  type FlagAction,
  type FlagDefinition,
  type FlagState,
  type ListedFlag,
  ReplaceFlagRequestSchema,
  type UpdateFlagRequest,
} from '../contract/flag';
import { withoutServerOwned } from '../contract/primitives';
import { FlagError } from '../errors';
import type {
  Change,
  Clock,
  FlagRecord,
  FlagRepository,
  FlagSnapshot,
  NewId,
  OverrideRepository,
} from '../ports';
import { parse } from '../parse';
import { type Call, checkVersion } from './call';
import { retryOnConflict } from './conflict-retry';
import { checkFlagSize, checkIdentity, defineFlag } from './flag-definition';
import { mergePatch } from './merge-patch';

export interface FlagServiceParts {
  readonly flags: FlagRepository;
  readonly overrides: OverrideRepository;
  readonly clock: Clock;
  readonly newId: NewId;
}

interface FlagFilter {
  readonly q: string | undefined;
  readonly tag: string | undefined;
  readonly state: FlagState | undefined;
}

const ACTIONS: Readonly<Record<FlagAction, { event: AuditEventName; fields: Partial<Flag> }>> = {
  enable: { event: 'flag.enabled', fields: { enabled: true } },
  disable: { event: 'flag.disabled', fields: { enabled: false } },
  archive: { event: 'flag.archived', fields: { state: 'archived' } },
  restore: { event: 'flag.restored', fields: { state: 'active' } },
  kill: { event: 'flag.killed', fields: { killed: true } },
  revive: { event: 'flag.revived', fields: { killed: false } },
};

/** Fields that move with every write and say nothing about it. */
const BOOKKEEPING = new Set<string>(['version', 'updatedAt', 'updatedBy', 'createdAt', 'createdBy']);

export const flagNotFound = (flagKey: string): FlagError =>
  new FlagError('FLAG_NOT_FOUND', `There is no flag "${flagKey}" in this environment.`);

const changedKeys = (before: Flag | undefined, after: Flag | undefined): string[] => {
  const keys = Object.keys(after ?? before ?? {}) as (keyof Flag)[];
  return keys.filter((key) => !BOOKKEEPING.has(key) && !isDeepStrictEqual(before?.[key], after?.[key]));
};

const matches = (flag: Flag, { q, tag, state }: FlagFilter): boolean => {
  const text = q?.toLowerCase();
  return (
    (state === undefined || flag.state === state) &&
    (tag === undefined || flag.tags.includes(tag)) &&
    (text === undefined ||
      [flag.key, flag.name, flag.description, flag.owner].some((part) => part?.toLowerCase().includes(text)))
  );
};

const redefined = (current: Flag, body: UpdateFlagRequest): FlagDefinition => {
  const request = parse(ReplaceFlagRequestSchema, body);
  checkIdentity(current, request);
  return defineFlag(current.key, current.type, request);
};

export class FlagService {
  constructor(private readonly parts: FlagServiceParts) {}

  async create(call: Call, request: CreateFlagRequest): Promise<Flag> {
    const definition = defineFlag(request.key, request.type, request);
    return retryOnConflict(async () => {
      const snapshot = await this.parts.flags.readForWrite(call.environment, request.key);
      checkVersion(call, snapshot.record?.flag.version);
      if (snapshot.record !== undefined) {
        throw new FlagError('ALREADY_EXISTS', `The flag "${request.key}" exists already.`);
      }
      const changeId = this.parts.newId();
      const flag = this.created(call, definition);
      return this.commit(call, snapshot, { flag, generation: changeId }, 'flag.created', { changeId });
    });
  }

  async get(environment: string, flagKey: string): Promise<Flag> {
    const record = await this.parts.flags.read(environment, flagKey);
    if (record === undefined) {
      throw flagNotFound(flagKey);
    }
    return record.flag;
  }

  async list(
    environment: string,
    page: { after: string | undefined; limit: number } & FlagFilter,
  ): Promise<{ items: ListedFlag[]; next: string | undefined }> {
    const { flags, overrides, clock } = this.parts;
    const { records, next } = await flags.list(environment, {
      after: page.after,
      limit: page.limit,
      accept: (flag) => matches(flag, page),
    });
    const counts = await overrides.counts(environment, records, clock());
    const none = { include: 0, exclude: 0, value: 0 };
    return {
      items: records.map(({ flag }) => ({ ...flag, overrideCounts: counts.get(flag.key) ?? none })),
      next,
    };
  }

  /** What the body leaves out takes its default. */
  replace(call: Call, flagKey: string, body: UpdateFlagRequest): Promise<Flag> {
    return this.change(call, flagKey, 'flag.updated', (current) => redefined(current, body));
  }

  /** What the body leaves out stays. */
  patch(call: Call, flagKey: string, patch: UpdateFlagRequest): Promise<Flag> {
    return this.change(call, flagKey, 'flag.updated', (current) =>
      redefined(current, mergePatch(current, withoutServerOwned(patch) as UpdateFlagRequest)),
    );
  }

  changeState(call: Call, flagKey: string, action: FlagAction, reason: string | null): Promise<Flag> {
    const { event, fields } = ACTIONS[action];
    return this.change(call, flagKey, event, () => fields, reason);
  }

  async delete(call: Call, flagKey: string): Promise<void> {
    await retryOnConflict(async () => {
      const { snapshot, record } = await this.present(call, flagKey);
      await this.commit(call, snapshot, { deleted: record }, 'flag.deleted', {});
    });
  }

  /** One change of an existing flag; one that changes nothing writes nothing. */
  private change(
    call: Call,
    flagKey: string,
    event: AuditEventName,
    decide: (current: Flag) => FlagDefinition | Partial<Flag>,
    reason: string | null = null,
  ): Promise<Flag> {
    return retryOnConflict(async () => {
      const { snapshot, record } = await this.present(call, flagKey);
      const fields = decide(record.flag);
      const flag: Flag = {
        ...record.flag,
        ...fields,
        version: record.flag.version + 1,
        updatedBy: call.attribution.actor,
        updatedAt: new Date(this.parts.clock()).toISOString(),
      };
      if (changedKeys(record.flag, flag).length === 0) {
        return record.flag;
      }
      return this.commit(call, snapshot, { ...record, flag }, event, { reason });
    });
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

  private created(call: Call, definition: FlagDefinition): Flag {
    const at = new Date(this.parts.clock()).toISOString();
    const by = call.attribution.actor;
    return {
      ...definition,
      environment: call.environment,
      state: 'active',
      killed: false,
      version: 1,
      createdBy: by,
      createdAt: at,
      updatedBy: by,
      updatedAt: at,
    };
  }

  private async commit(
    call: Call,
    snapshot: FlagSnapshot,
    next: FlagRecord | { deleted: FlagRecord },
    event: AuditEventName,
    about: { changeId?: string; reason?: string | null },
  ): Promise<Flag> {
    const before = snapshot.record?.flag;
    const after = 'deleted' in next ? undefined : next.flag;
    const flag = 'deleted' in next ? next.deleted.flag : next.flag;
    if (after !== undefined) {
      checkFlagSize(after);
    }
    const change: Change = {
      id: about.changeId ?? this.parts.newId(),
      event,
      environment: call.environment,
      flagKey: flag.key,
      targetUserId: null,
      targetDeviceId: null,
      changedKeys: changedKeys(before, after),
      before: before ?? null,
      after: after ?? null,
      reason: about.reason ?? null,
      at: new Date(this.parts.clock()).toISOString(),
      ...call.attribution,
    };
    if (!call.dryRun) {
      await this.parts.flags.commit(snapshot, next, change);
    }
    return flag;
  }
}
