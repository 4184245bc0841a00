import type { ChangeFeatureFlagsRequest, ChangeFeatureFlagsResponse } from '../contract/feature-flags';
import type { JsonValue, UserIdFormat } from '../contract/primitives';
import { type FieldError, FlagError } from '../errors';
import { jsonEquals } from '../evaluation/json-equals';
import type { Compilers } from '../evaluation/model';
import type { OverrideRepository, OverrideSubject, OverrideWrite, StoredOverride } from '../override-ports';
import type {
  ChangeLimiter,
  Clock,
  DeviceRepository,
  FlagRecord,
  FlagRepository,
  Telemetry,
  UserDirectory,
} from '../ports';
import { batchChange, bytesOf, MAX_CHANGE_BYTES } from './batch-change';
import type { Call } from './call';
import { checkedUserId } from './checked-user-id';
import { eligibleDevice } from './eligible-device';
import { hasExpired } from './expiry-change';
import { checkValueSize, unfitValues } from './fitting-value';
import { type OpenedPlace, OverrideWriter, placeOf } from './override-writer';
import { type Claim, withinLimit } from './within-limit';

export interface FeatureFlagServiceParts {
  readonly writer: OverrideWriter;
  readonly flags: Pick<FlagRepository, 'read' | 'generationsOf'>;
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly devices: Pick<DeviceRepository, 'readSlot'>;
  readonly limiter: ChangeLimiter;
  readonly compilers: Compilers;
  readonly userIdFormat: UserIdFormat;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Whom a request names, by the parameters of its path. */
export interface NamedSubject {
  readonly userId?: string | undefined;
  readonly deviceId?: string | undefined;
}

/** What a flag is to be pinned to; null: to nothing. Where several entries name it, the last. */
interface Asked {
  readonly record: FlagRecord;
  readonly value: JsonValue;
  /** Of the value, in the request. */
  readonly pointer: string;
}

/** The place of an asked flag, with what is to lie there. */
interface Planned extends OpenedPlace {
  readonly next: StoredOverride | undefined;
}

/** Values of several flags that are pinned for a user or a device at once. */
export class FeatureFlagService {
  constructor(private readonly parts: FeatureFlagServiceParts) {}

  /**
   * Pins and clears values, all or none. `pool`, where given, must know the user, or whose device it is:
   * USER_NOT_FOUND.
   */
  async change(
    call: Call,
    named: NamedSubject,
    request: ChangeFeatureFlagsRequest,
    pool: Pick<UserDirectory, 'exists'> | undefined,
  ): Promise<ChangeFeatureFlagsResponse> {
    return withinLimit(this.parts, call.environment, async (claim) => {
      const subject = await this.subjectOf(call.environment, named, request, pool);
      const asked = await this.askedIn(call.environment, request);
      const planned = await this.plan(call, subject, asked);
      const records = new Map(asked.map(({ record }) => [record.flag.key, record]));
      const [first, ...others] = planned
        .filter(({ current, next }) => current !== next)
        .map((each) => OverrideWriter.write(each, each.next, records.get(each.place.flagKey)));
      if (first !== undefined) {
        await this.write(call, [first, ...others], planned, claim);
      }
      return { ok: true, flags: await this.pinned(call.environment, subject, planned) };
    });
  }

  private async subjectOf(
    environment: string,
    { userId, deviceId }: NamedSubject,
    request: ChangeFeatureFlagsRequest,
    pool: Pick<UserDirectory, 'exists'> | undefined,
  ): Promise<OverrideSubject> {
    const subject: OverrideSubject =
      deviceId === undefined
        ? { userId: checkedUserId(userId, this.parts.userIdFormat, '#path/userId'), deviceId: null }
        : { userId: null, deviceId };
    const owner = subject.userId ?? (await this.ownerOf(environment, subject.deviceId, request));
    if (pool !== undefined && owner !== undefined && !(await pool.exists(owner))) {
      throw new FlagError('USER_NOT_FOUND', 'The user pool knows no user of this id.');
    }
    return subject;
  }

  /** What a device has kept can be cleared though it is not registered any more, or a charger by now. */
  private async ownerOf(
    environment: string,
    deviceId: string,
    { flags }: ChangeFeatureFlagsRequest,
  ): Promise<string | undefined> {
    const { devices, overrides } = this.parts;
    const isCleared =
      flags.every(({ value }) => value === null) &&
      (await overrides.ofSubject(environment, { userId: null, deviceId })).length > 0;
    return isCleared
      ? (await devices.readSlot(deviceId)).device?.userId
      : (await eligibleDevice(devices, deviceId)).userId;
  }

  /** Throws `FLAG_NOT_FOUND`, `INVALID_VALUE` or `PAYLOAD_TOO_LARGE`, naming each entry. */
  private async askedIn(environment: string, { flags }: ChangeFeatureFlagsRequest): Promise<Asked[]> {
    const last = new Map(flags.map(({ key, value }, index) => [key, { value, index }]));
    const records = await Promise.all([...last.keys()].map((key) => this.parts.flags.read(environment, key)));
    const found = new Map(records.flatMap((record) => (record ? [[record.flag.key, record] as const] : [])));
    const asked = [...last].flatMap(([key, { value, index }]): Asked[] => {
      const record = found.get(key);
      return record === undefined ? [] : [{ record, value, pointer: `/flags/${String(index)}/value` }];
    });
    const unknown = flags.flatMap(({ key }, index): FieldError[] =>
      found.has(key)
        ? []
        : [
            {
              pointer: `/flags/${String(index)}/key`,
              code: 'flag_not_found',
              message: `there is no flag "${key}" in this environment`,
            },
          ],
    );
    const unfit = this.unfitIn(asked);
    if (unknown.length > 0) {
      throw new FlagError('FLAG_NOT_FOUND', `${unknown[0]?.message ?? ''}.`, {
        errors: [...unknown, ...unfit],
      });
    }
    if (unfit.length > 0) {
      const [first] = unfit;
      throw new FlagError('INVALID_VALUE', `${first?.pointer ?? ''}: ${first?.message ?? ''}.`, {
        errors: unfit,
      });
    }
    return asked;
  }

  private unfitIn(asked: readonly Asked[]): FieldError[] {
    const set = asked.filter(({ value }) => value !== null);
    set.forEach(({ value, pointer }) => {
      checkValueSize(value, pointer);
    });
    return set.flatMap(({ record, value, pointer }) =>
      unfitValues(record, new Map([[pointer, value]]), this.parts.compilers),
    );
  }

  private async plan(call: Call, subject: OverrideSubject, asked: readonly Asked[]): Promise<Planned[]> {
    const { writer } = this.parts;
    const places = asked.map(({ record }) => placeOf(record, subject, 'value'));
    const opened = await writer.openPlaces(places);
    return opened.map((each, index): Planned => {
      const value = asked[index]?.value ?? null;
      const { current } = each;
      if (value === null) {
        return { ...each, next: undefined };
      }
      if (current?.enabled === true && jsonEquals(current.value ?? null, value)) {
        return { ...each, next: current };
      }
      const { reason = null, expiresAtMs = null } = current ?? {};
      return { ...each, next: writer.next(call, each, { value, enabled: true, reason, expiresAtMs }) };
    });
  }

  private async write(
    call: Call,
    writes: readonly [OverrideWrite, ...OverrideWrite[]],
    planned: readonly Planned[],
    claim: Claim,
  ): Promise<void> {
    // an override that has expired is not there: its end is an event of its own
    const currents = new Map(planned.map(({ place, current }) => [place.flagKey, current]));
    const about = batchChange(writes, ({ flagKey }) => currents.get(flagKey));
    if (bytesOf([about.before, about.after]) > MAX_CHANGE_BYTES) {
      throw new FlagError(
        'PAYLOAD_TOO_LARGE',
        'The values, with those that they replace, are too large for one change: change fewer flags at once.',
      );
    }
    if (call.dryRun) {
      return;
    }
    // all have answered before one is thrown: what is claimed later could not be handed back
    const claims = await Promise.allSettled(about.changedKeys.map((flagKey) => claim(flagKey)));
    const refused = claims.find((each) => each.status === 'rejected');
    if (refused !== undefined) {
      throw refused.reason;
    }
    await this.parts.writer.commit(call, writes, about);
  }

  /** The values that count, by flag key: the index lags, so what is known of the asked flags is laid over it. */
  private async pinned(
    environment: string,
    subject: OverrideSubject,
    planned: readonly Planned[],
  ): Promise<Record<string, JsonValue>> {
    const { flags, overrides, clock } = this.parts;
    const nowMs = clock();
    const asked = new Set(planned.map(({ place }) => place.flagKey));
    const others = (await overrides.ofSubject(environment, subject)).filter(
      ({ flagKey }) => !asked.has(flagKey),
    );
    const generations = await flags.generationsOf(
      environment,
      others.map(({ flagKey }) => flagKey),
    );
    const all = [
      ...others.filter(({ flagKey, generation }) => generations.get(flagKey) === generation),
      ...planned.flatMap(({ next }) => next ?? []),
    ];
    return Object.fromEntries(
      all
        .filter((each) => each.kind === 'value' && each.enabled && !hasExpired(each, nowMs))
        .map(({ flagKey, value = null }): [string, JsonValue] => [flagKey, value])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  }
}
