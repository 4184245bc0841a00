import type { AuditEventName } from '../contract/audit';
import {
  type AddUserOverrideRequest,
  type OverrideType,
  OverrideTypeSchema,
  type UserOverride,
} from '../contract/override';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, invalidField } from '../errors';
import type {
  ChangeLimiter,
  Clock,
  FlagRecord,
  FlagRepository,
  NewId,
  OverrideRepository,
  OverrideSlot,
  OverrideWrite,
  StoredOverride,
  Telemetry,
  UserDirectory,
} from '../ports';
import { type Call, checkVersion } from './call';
import { checkedUserId } from './checked-user-id';
import { expiryChange, hasExpired } from './expiry-change';
import { flagNotFound } from './not-found';
import { overrideChange } from './override-change';
import { shownOverride } from './shown-override';
import { withinLimit } from './within-limit';

export interface OverrideServiceParts {
  readonly flags: FlagRepository;
  readonly overrides: OverrideRepository;
  readonly limiter: ChangeLimiter;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly telemetry: Telemetry;
}

const TYPES = OverrideTypeSchema.options;

const counts = (override: StoredOverride | undefined, nowMs: number): override is StoredOverride =>
  override !== undefined && !hasExpired(override, nowMs);

export class OverrideService {
  constructor(private readonly parts: OverrideServiceParts) {}

  /**
   * Adds the override or replaces the one of that type; `created` tells which. `pool`, where given, must know the
   * user: USER_NOT_FOUND.
   */
  async put(
    call: Call,
    flagKey: string,
    request: AddUserOverrideRequest,
    pool: UserDirectory | undefined,
  ): Promise<{ override: UserOverride; created: boolean }> {
    const userId = checkedUserId(request.userId, this.parts.userIdFormat, '/userId');
    const expiresAtMs = this.checkedExpiry(request.expiresAt ?? null);
    if (request.flagKey !== undefined && request.flagKey !== flagKey) {
      throw invalidField('/flagKey', 'immutable', 'the flag in the body is not the flag in the path');
    }
    if (pool !== undefined && !(await pool.exists(userId))) {
      throw new FlagError('USER_NOT_FOUND', 'The user pool knows no user of this id.');
    }
    return withinLimit(this.parts, call.environment, flagKey, async (claim) => {
      const { generation } = await this.presentFlag(call.environment, flagKey);
      const place = {
        environment: call.environment,
        flagKey,
        generation,
        userId,
        kind: request.overrideType,
      };
      const slot = await this.readSlot(place);
      const current = counts(slot.override, this.parts.clock()) ? slot.override : undefined;
      checkVersion(call, current?.version);
      const reason = request.reason ?? null;
      if (current?.reason === reason && current.expiresAtMs === expiresAtMs) {
        return { override: shownOverride(current), created: false };
      }
      await claim();
      const next = this.next(call, current, { ...place, enabled: true, reason, expiresAtMs });
      const event = current === undefined ? 'override.added' : 'override.updated';
      await this.commit(call, [{ ...place, slot, next }], event, reason);
      return { override: shownOverride(next), created: current === undefined };
    });
  }

  async list(
    environment: string,
    flagKey: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ includes: UserOverride[]; excludes: UserOverride[]; next: string | undefined }> {
    const { generation } = await this.presentFlag(environment, flagKey);
    const nowMs = this.parts.clock();
    const found = await this.parts.overrides.list(
      { environment, flagKey, generation },
      { ...page, kinds: TYPES, nowMs },
    );
    const shown = found.overrides.map(shownOverride);
    return {
      includes: shown.filter(({ overrideType }) => overrideType === 'include'),
      excludes: shown.filter(({ overrideType }) => overrideType === 'exclude'),
      next: found.next,
    };
  }

  /** Removes the override of that type, or both as one change. */
  async remove(
    call: Call,
    flagKey: string,
    userId: string,
    overrideType: OverrideType | undefined,
  ): Promise<void> {
    const subject = checkedUserId(userId, this.parts.userIdFormat, '#path/userId');
    await withinLimit(this.parts, call.environment, flagKey, async (claim) => {
      const { generation } = await this.presentFlag(call.environment, flagKey);
      const of = { environment: call.environment, flagKey, generation };
      const kinds = overrideType === undefined ? TYPES : [overrideType];
      const slots = await this.parts.overrides.readSlots(of, subject, kinds);
      const nowMs = this.parts.clock();
      const writes = kinds.flatMap((kind, index): OverrideWrite[] => {
        const slot = slots[index];
        return slot !== undefined && counts(slot.override, nowMs)
          ? [{ ...of, userId: subject, kind, slot, next: undefined }]
          : [];
      });
      const [first] = writes;
      if (first === undefined) {
        throw new FlagError('OVERRIDE_NOT_FOUND', 'The user has no such override on this flag.');
      }
      writes.forEach(({ slot }) => {
        checkVersion(call, slot.override?.version);
      });
      await claim();
      await this.commit(call, [first, ...writes.slice(1)], 'override.removed', null);
    });
  }

  private checkedExpiry(expiresAt: string | null): number | null {
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
    if (expiresAtMs !== null && !(expiresAtMs > this.parts.clock())) {
      throw invalidField('/expiresAt', 'not_in_the_future', 'expiresAt lies in the future');
    }
    return expiresAtMs;
  }

  private async presentFlag(environment: string, flagKey: string): Promise<FlagRecord> {
    const record = await this.parts.flags.read(environment, flagKey);
    if (record === undefined) {
      throw flagNotFound(flagKey);
    }
    return record;
  }

  private async readSlot(place: Omit<OverrideWrite, 'slot' | 'next'>): Promise<OverrideSlot> {
    const [slot] = await this.parts.overrides.readSlots(place, place.userId, [place.kind]);
    return slot ?? { override: undefined, changeId: undefined };
  }

  private next(
    call: Call,
    current: StoredOverride | undefined,
    fields: Omit<StoredOverride, 'createdBy' | 'createdAt' | 'updatedBy' | 'updatedAt' | 'version'>,
  ): StoredOverride {
    const by = call.attribution.actor;
    const at = new Date(this.parts.clock()).toISOString();
    return {
      ...fields,
      createdBy: current?.createdBy ?? by,
      createdAt: current?.createdAt ?? at,
      updatedBy: by,
      updatedAt: at,
      version: (current?.version ?? 0) + 1,
    };
  }

  private async commit(
    call: Call,
    writes: readonly [OverrideWrite, ...OverrideWrite[]],
    event: AuditEventName,
    reason: string | null,
  ): Promise<void> {
    const { overrides, telemetry } = this.parts;
    const change = overrideChange(this.parts, call, writes, event, reason);
    const replaced = writes.flatMap(({ slot, next }) =>
      next?.version === 1 && slot.override !== undefined && hasExpired(slot.override, this.parts.clock())
        ? [expiryChange(slot.override)]
        : [],
    );
    await overrides.commit(writes, [change, ...replaced]);
    await overrides.bumpVersion(call.environment).catch((error: unknown) => {
      // the stream handler moves the version again
      telemetry.warn('overrides version not moved', { error });
    });
  }
}
