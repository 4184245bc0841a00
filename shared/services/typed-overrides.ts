import type { Override } from '../contract/override-answers';
import { type JsonValue, spelledAsStored, type UserIdFormat } from '../contract/primitives';
import type { AddTypedOverrideRequest, UpdateTypedOverrideRequest } from '../contract/typed-override';
import { FlagError, invalidField, refused } from '../errors';
import { jsonEquals } from '../evaluation/json-equals';
import type { Compilers } from '../evaluation/model';
import type { StoredOverride } from '../override-ports';
import type { ChangeLimiter, FlagRecord, Telemetry, UserDirectory } from '../ports';
import { type Call, checkVersion } from './call';
import { checkedUserId } from './checked-user-id';
import { checkValueSize, unfitValues } from './fitting-value';
import { overrideChange } from './override-change';
import type { OverrideSearch } from './override-search';
import { type Decided, type OpenedPlace, OverrideWriter } from './override-writer';
import { overrideNotFound } from './not-found';
import { shownOverride } from './shown-override';
import { withinLimit } from './within-limit';

export interface TypedOverrideServiceParts {
  readonly writer: OverrideWriter;
  readonly search: OverrideSearch;
  readonly limiter: ChangeLimiter;
  readonly compilers: Compilers;
  readonly userIdFormat: UserIdFormat;
  readonly telemetry: Telemetry;
}

/** The values that single users have of flags. */
export class TypedOverrideService {
  constructor(private readonly parts: TypedOverrideServiceParts) {}

  /**
   * `ALREADY_EXISTS` where the user has one, switched off or not. `pool`, where given, must know the user:
   * USER_NOT_FOUND.
   */
  async add(
    call: Call,
    ofUser: string,
    request: AddTypedOverrideRequest,
    pool: UserDirectory | undefined,
  ): Promise<Override> {
    const { writer } = this.parts;
    const userId = this.checkedSubject(ofUser, request);
    const decided: Decided = {
      value: request.value,
      enabled: request.enabled,
      reason: request.reason ?? null,
      expiresAtMs: writer.checkedExpiry(request.expiresAt ?? null),
    };
    checkValueSize(request.value);
    if (pool !== undefined && !(await pool.exists(userId))) {
      throw new FlagError('USER_NOT_FOUND', 'The user pool knows no user of this id.');
    }
    return withinLimit(this.parts, call.environment, async (claim) => {
      const { record, opened } = await this.open(call.environment, userId, request.flagKey);
      checkVersion(call, opened.current?.version);
      if (opened.current !== undefined) {
        const off = opened.current.enabled ? '' : ', which is switched off';
        throw new FlagError('ALREADY_EXISTS', `The user has a value of this flag already${off}: PATCH it.`);
      }
      this.checkFit(record, request.value);
      await claim(request.flagKey);
      return this.write(call, record, opened, writer.next(call, opened, decided));
    });
  }

  /** A page of the values that a user has, of flags that are there; eventually consistent. */
  async list(
    environment: string,
    ofUser: string,
    page: { after: string | undefined; limit: number },
  ): Promise<{ items: Override[]; next: string | undefined }> {
    const userId = this.checkedSubject(ofUser, {});
    return this.parts.search.list(environment, { userId, kind: 'value' }, page);
  }

  /** What a position in such a list looks like. */
  positionForm(ofUser: string): RegExp {
    return this.parts.search.positionForm({ userId: ofUser });
  }

  async get(environment: string, ofUser: string, flagKey: string): Promise<Override> {
    const userId = this.checkedSubject(ofUser, {});
    const { opened } = await this.open(environment, userId, flagKey);
    return shownOverride(present(opened));
  }

  /** What the request leaves out stays. Switched off, an override is kept and does not count. */
  async update(
    call: Call,
    ofUser: string,
    flagKey: string,
    request: UpdateTypedOverrideRequest,
  ): Promise<Override> {
    const { writer } = this.parts;
    const userId = this.checkedSubject(ofUser, request);
    if (request.flagKey !== undefined && request.flagKey !== flagKey) {
      throw invalidField('/flagKey', 'immutable', 'the flag in the body is not the flag in the path');
    }
    const expiresAtMs = request.expiresAt === undefined ? undefined : writer.checkedExpiry(request.expiresAt);
    checkValueSize(request.value ?? null);
    return withinLimit(this.parts, call.environment, async (claim) => {
      const { record, opened } = await this.open(call.environment, userId, flagKey);
      const current = present(opened);
      checkVersion(call, current.version);
      const decided = {
        value: request.value ?? current.value ?? null,
        enabled: request.enabled ?? current.enabled,
        reason: request.reason === undefined ? current.reason : request.reason,
        expiresAtMs: expiresAtMs === undefined ? current.expiresAtMs : expiresAtMs,
      };
      if (request.value !== undefined || decided.enabled) {
        this.checkFit(record, decided.value);
      }
      if (isSame(current, decided)) {
        return shownOverride(current);
      }
      await claim(flagKey);
      return this.write(call, record, opened, writer.next(call, opened, decided));
    });
  }

  async remove(call: Call, ofUser: string, flagKey: string): Promise<void> {
    const userId = this.checkedSubject(ofUser, {});
    await withinLimit(this.parts, call.environment, async (claim) => {
      const { opened } = await this.open(call.environment, userId, flagKey);
      checkVersion(call, present(opened).version);
      await claim(flagKey);
      const writes = [OverrideWriter.write(opened, undefined)] as const;
      await this.parts.writer.commit(call, writes, overrideChange(writes, 'override.removed', null));
    });
  }

  private checkedSubject(ofUser: string, request: { userId?: string | undefined }): string {
    const userId = checkedUserId(ofUser, this.parts.userIdFormat, '#path/userId');
    if (request.userId !== undefined && spelledAsStored(request.userId) !== userId) {
      throw invalidField('/userId', 'immutable', 'the user in the body is not the user in the path');
    }
    return userId;
  }

  private async open(
    environment: string,
    userId: string,
    flagKey: string,
  ): Promise<{ record: FlagRecord; opened: OpenedPlace }> {
    const { writer } = this.parts;
    const record = await writer.presentFlag(environment, flagKey);
    return { record, opened: await writer.openOne(record, { userId, deviceId: null }, 'value') };
  }

  /** Throws `INVALID_VALUE`. */
  private checkFit(record: FlagRecord, value: JsonValue): void {
    const unfit = unfitValues(record, new Map([['/value', value]]), this.parts.compilers);
    if (unfit.length > 0) {
      throw refused('INVALID_VALUE', unfit);
    }
  }

  private async write(
    call: Call,
    record: FlagRecord,
    opened: OpenedPlace,
    next: StoredOverride,
  ): Promise<Override> {
    const writes = [OverrideWriter.write(opened, next, record)] as const;
    const event = opened.current === undefined ? 'override.added' : 'override.updated';
    await this.parts.writer.commit(call, writes, overrideChange(writes, event, next.reason));
    return shownOverride(next);
  }
}

/** Throws `OVERRIDE_NOT_FOUND`. */
const present = ({ current }: OpenedPlace): StoredOverride => {
  if (current === undefined) {
    throw overrideNotFound();
  }
  return current;
};

const isSame = (current: StoredOverride, decided: Decided): boolean =>
  jsonEquals(current.value ?? null, decided.value ?? null) &&
  current.enabled === decided.enabled &&
  current.reason === decided.reason &&
  current.expiresAtMs === decided.expiresAtMs;
