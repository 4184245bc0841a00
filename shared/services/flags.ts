import type { AuditEventName } from '../contract/audit';
import {
  type CreateFlagRequest,
  type Flag,
  type FlagAction,
  type FlagState,
  type ListedFlag,
  ReplaceFlagRequestSchema,
  type UpdateFlagRequest,
} from '../contract/flag';
import { withoutServerOwned } from '../contract/primitives';
import { parse } from '../parse';
import type { OverrideRepository } from '../override-ports';
import type { Clock, FlagRecord, FlagRepository, NewId } from '../ports';
import type { Call } from './call';
import { checkIdentity, defineFlag } from './flag-definition';
import type { FlagWriter } from './flag-writer';
import { mergePatch } from './merge-patch';
import { flagNotFound } from './not-found';

export interface FlagServiceParts {
  readonly writer: FlagWriter;
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

const matches = ({ flag }: FlagRecord, { q, tag, state }: FlagFilter): boolean => {
  const text = q?.toLowerCase();
  return (
    (state === undefined || flag.state === state) &&
    (tag === undefined || flag.tags.includes(tag)) &&
    (text === undefined ||
      [flag.key, flag.name, flag.description, flag.owner].some((part) => part?.toLowerCase().includes(text)))
  );
};

export class FlagService {
  constructor(private readonly parts: FlagServiceParts) {}

  async create(call: Call, request: CreateFlagRequest): Promise<Flag> {
    const { writer, newId } = this.parts;
    return writer.create(call, defineFlag(request.key, request.type, request, [], newId));
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
      accept: (record) => matches(record, page),
    });
    const generations = new Map(records.map(({ flag, generation }) => [flag.key, generation]));
    const { byFlag, isExact } = await overrides.counts(environment, generations, clock());
    const items = records.map(({ flag }): ListedFlag => {
      const { include = 0, exclude = 0, value = 0 } = byFlag.get(flag.key) ?? {};
      const counts = { include, exclude, value };
      return { ...flag, overrideCounts: isExact ? counts : { ...counts, isUpperBound: true } };
    });
    return { items, next };
  }

  /** What the body leaves out takes its default. */
  replace(call: Call, flagKey: string, body: UpdateFlagRequest): Promise<Flag> {
    return this.redefine(call, flagKey, () => body);
  }

  /** What the body leaves out stays. */
  patch(call: Call, flagKey: string, patch: UpdateFlagRequest): Promise<Flag> {
    return this.redefine(call, flagKey, (current) =>
      mergePatch(current, withoutServerOwned(patch) as UpdateFlagRequest),
    );
  }

  changeState(call: Call, flagKey: string, action: FlagAction, reason: string | null): Promise<Flag> {
    const { event, fields } = ACTIONS[action];
    return this.parts.writer.change(call, flagKey, { event, reason }, () => ({ fields }));
  }

  delete(call: Call, flagKey: string): Promise<void> {
    return this.parts.writer.delete(call, flagKey);
  }

  private redefine(call: Call, flagKey: string, bodyOf: (current: Flag) => UpdateFlagRequest): Promise<Flag> {
    const { writer, newId } = this.parts;
    return writer.change(call, flagKey, { event: 'flag.updated' }, (current) => {
      const request = parse(ReplaceFlagRequestSchema, bodyOf(current));
      checkIdentity(current, request);
      return { fields: defineFlag(current.key, current.type, request, current.rules, newId) };
    });
  }
}
