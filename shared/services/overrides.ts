import type { UserOverride } from '../contract/override-answers';
import { type OverrideType, OverrideTypeSchema } from '../contract/override';
import type { AddUserOverrideRequest } from '../contract/override-requests';
import type { UserIdFormat } from '../contract/primitives';
import { FlagError, invalidField } from '../errors';
import type { OverrideRepository } from '../override-ports';
import type { ChangeLimiter, Clock, Telemetry, UserDirectory } from '../ports';
import { type Call, checkVersion } from './call';
import { checkedUserId } from './checked-user-id';
import { overrideNotFound } from './not-found';
import { overrideChange } from './override-change';
import { OverrideWriter } from './override-writer';
import { shownUserOverride } from './shown-override';
import { withinLimit } from './within-limit';

export interface OverrideServiceParts {
  readonly writer: OverrideWriter;
  readonly overrides: Pick<OverrideRepository, 'list'>;
  readonly limiter: ChangeLimiter;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const TYPES = OverrideTypeSchema.options;

/** Who is included in a flag, and who is excluded. */
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
    const { writer } = this.parts;
    const userId = checkedUserId(request.userId, this.parts.userIdFormat, '/userId');
    const expiresAtMs = writer.checkedExpiry(request.expiresAt ?? null);
    if (request.flagKey !== undefined && request.flagKey !== flagKey) {
      throw invalidField('/flagKey', 'immutable', 'the flag in the body is not the flag in the path');
    }
    if (pool !== undefined && !(await pool.exists(userId))) {
      throw new FlagError('USER_NOT_FOUND', 'The user pool knows no user of this id.');
    }
    return withinLimit(this.parts, call.environment, async (claim) => {
      const record = await writer.presentFlag(call.environment, flagKey);
      const opened = await writer.openOne(record, { userId, deviceId: null }, request.overrideType);
      const { current } = opened;
      checkVersion(call, current?.version);
      const { enabled = true, reason = null } = request;
      if (current?.reason === reason && current.expiresAtMs === expiresAtMs && current.enabled === enabled) {
        return { override: shownUserOverride(current), created: false };
      }
      await claim(flagKey);
      const next = writer.next(call, opened, { enabled, reason, expiresAtMs });
      const writes = [OverrideWriter.write(opened, next)] as const;
      const event = current === undefined ? 'override.added' : 'override.updated';
      await writer.commit(call, writes, overrideChange(writes, event, reason));
      return { override: shownUserOverride(next), created: current === undefined };
    });
  }

  async list(
    environment: string,
    flagKey: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ includes: UserOverride[]; excludes: UserOverride[]; next: string | undefined }> {
    const { writer, overrides, clock } = this.parts;
    const { generation } = await writer.presentFlag(environment, flagKey);
    const found = await overrides.list(
      { environment, flagKey, generation },
      { ...page, kinds: TYPES, nowMs: clock() },
    );
    const shown = found.overrides.map(shownUserOverride);
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
    const { writer } = this.parts;
    const subject = checkedUserId(userId, this.parts.userIdFormat, '#path/userId');
    await withinLimit(this.parts, call.environment, async (claim) => {
      const record = await writer.presentFlag(call.environment, flagKey);
      const kinds = overrideType === undefined ? TYPES : [overrideType];
      const opened = await writer.open(record, { userId: subject, deviceId: null }, kinds);
      const [first, ...others] = opened
        .filter(({ current }) => current !== undefined)
        .map((each) => OverrideWriter.write(each, undefined));
      if (first === undefined) {
        throw overrideNotFound();
      }
      const writes = [first, ...others] as const;
      writes.forEach(({ slot }) => {
        checkVersion(call, slot.override?.version);
      });
      await claim(flagKey);
      await writer.commit(call, writes, overrideChange(writes, 'override.removed', null));
    });
  }
}
