import type { OverrideKind } from '../../shared/contract/override';
import type { JsonValue } from '../../shared/contract/primitives';

/** What the overrides of a few flags should be: a map, a clock and a list, without a table, a cache or a race. */

export interface ModelFlag {
  readonly key: string;
  readonly on: boolean | string;
  readonly off: boolean | string;
}

export interface ModelOverride {
  readonly value: JsonValue;
  readonly enabled: boolean;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly endsAtMs: number | null;
  readonly version: number;
}

/** One entry of the log: a batch is one entry of several flags. */
export interface ModelEntry {
  readonly event: string;
  readonly flagKeys: readonly string[];
  readonly subject: string;
  readonly changedKeys: readonly string[];
}

export interface Place {
  readonly flagKey: string;
  /** Of a user or a device. */
  readonly subject: string;
  readonly kind: OverrideKind;
}

export type Outcome = 'done' | 'ALREADY_EXISTS' | 'OVERRIDE_NOT_FOUND';

const keyOf = ({ flagKey, subject, kind }: Place): string => `${flagKey}|${subject}|${kind}`;
const placeIn = (key: string): Place => {
  const [flagKey = '', subject = '', kind = ''] = key.split('|');
  return { flagKey, subject, kind: kind as OverrideKind };
};

/** What the log calls the fields of an override. */
const changedFields = (
  kind: OverrideKind,
  was: ModelOverride | undefined,
  is: ModelOverride | undefined,
): string[] => {
  const fieldsOf = (override: ModelOverride | undefined): Record<string, JsonValue> => {
    if (override === undefined) {
      return {};
    }
    const { value, enabled, reason, endsAtMs } = override;
    return kind === 'value'
      ? { value, enabled, reason, expiresAt: endsAtMs }
      : { overrideType: kind, enabled, reason, expiresAt: endsAtMs };
  };
  const [before, after] = [fieldsOf(was), fieldsOf(is)];
  return ['overrideType', 'value', 'enabled', 'reason', 'expiresAt'].filter(
    (field) => JSON.stringify(before[field] ?? null) !== JSON.stringify(after[field] ?? null),
  );
};

export class OverrideModel {
  nowMs = 0;
  readonly log: ModelEntry[] = [];
  private readonly stored = new Map<string, ModelOverride>();

  /** The override that is there, switched off or not: one that has expired is not. */
  at(place: Place): ModelOverride | undefined {
    const override = this.stored.get(keyOf(place));
    return override !== undefined && (override.endsAtMs === null || this.nowMs < override.endsAtMs)
      ? override
      : undefined;
  }

  /** Everything that is there of a kind. */
  all(kind: OverrideKind): (Place & ModelOverride)[] {
    return [...this.stored.keys()]
      .map(placeIn)
      .filter((place) => place.kind === kind)
      .flatMap((place) => {
        const override = this.at(place);
        return override === undefined ? [] : [{ ...place, ...override }];
      });
  }

  put(place: Place, fields: Omit<ModelOverride, 'version'>): Outcome {
    const was = this.at(place);
    const next = this.write(place, fields);
    if (next !== was) {
      this.enter(was === undefined ? 'override.added' : 'override.updated', place, was, next);
    }
    return 'done';
  }

  add(place: Place, fields: Omit<ModelOverride, 'version'>): Outcome {
    return this.at(place) === undefined ? this.put(place, fields) : 'ALREADY_EXISTS';
  }

  update(place: Place, fields: Partial<Omit<ModelOverride, 'version'>>): Outcome {
    const was = this.at(place);
    return was === undefined ? 'OVERRIDE_NOT_FOUND' : this.put(place, { ...was, ...fields });
  }

  remove(places: readonly Place[]): Outcome {
    const there = places.filter((place) => this.at(place) !== undefined);
    const [only] = there;
    if (only === undefined) {
      return 'OVERRIDE_NOT_FOUND';
    }
    const { flagKey, subject } = only;
    const changedKeys =
      there.length === 1 ? changedFields(only.kind, this.at(only), undefined) : there.map(({ kind }) => kind);
    this.log.push({ event: 'override.removed', flagKeys: [flagKey], subject, changedKeys });
    there.forEach((place) => this.stored.delete(keyOf(place)));
    return 'done';
  }

  /** Values of several flags at once; null clears one. */
  pin(subject: string, isOfDevice: boolean, values: Readonly<Record<string, JsonValue>>): Outcome {
    const changed = Object.entries(values).filter(([flagKey, value]) => {
      const place: Place = { flagKey, subject, kind: 'value' };
      const was = this.at(place);
      if (value === null) {
        return was !== undefined && this.stored.delete(keyOf(place));
      }
      const { reason = null, endsAtMs = null } = was ?? {};
      return this.write(place, { value, enabled: true, reason, endsAtMs }) !== was;
    });
    const changedKeys = changed.map(([flagKey]) => flagKey);
    if (changedKeys.length > 0) {
      const event = `${isOfDevice ? 'device' : 'user'}.feature_flags.changed`;
      this.log.push({ event, flagKeys: changedKeys, subject, changedKeys });
    }
    return 'done';
  }

  /** DynamoDB removes what has expired, a second later at the earliest, and the log says so. */
  collect(): void {
    for (const [key, { endsAtMs }] of this.stored) {
      if (endsAtMs !== null && (Math.ceil(endsAtMs / 1_000) + 1) * 1_000 <= this.nowMs) {
        this.expire(placeIn(key));
      }
    }
  }

  valueOf(flag: ModelFlag, user: string, device: string | undefined): JsonValue {
    const counting = (kind: OverrideKind, subject: string) => {
      const override = this.at({ flagKey: flag.key, subject, kind });
      return override?.enabled === true ? override : undefined;
    };
    if (counting('exclude', user) !== undefined) {
      return flag.off;
    }
    const pinned = (device === undefined ? undefined : counting('value', device)) ?? counting('value', user);
    if (pinned !== undefined) {
      return pinned.value;
    }
    return counting('include', user) === undefined ? flag.off : flag.on;
  }

  /** What is there afterwards: what was there before, if nothing changes. */
  private write(place: Place, fields: Omit<ModelOverride, 'version'>): ModelOverride {
    const was = this.at(place);
    const { value, enabled, reason, endsAtMs } = fields;
    const isSame =
      was !== undefined &&
      JSON.stringify([was.value, was.enabled, was.reason, was.endsAtMs]) ===
        JSON.stringify([value, enabled, reason, endsAtMs]);
    if (isSame) {
      return was;
    }
    this.expire(place);
    const next = { value, enabled, reason, endsAtMs, version: (was?.version ?? 0) + 1 };
    this.stored.set(keyOf(place), next);
    return next;
  }

  private expire(place: Place): void {
    if (this.stored.has(keyOf(place)) && this.at(place) === undefined) {
      this.stored.delete(keyOf(place));
      const { flagKey, subject, kind } = place;
      const changedKeys = [kind === 'value' ? 'value' : 'overrideType'];
      this.log.push({ event: 'override.expired', flagKeys: [flagKey], subject, changedKeys });
    }
  }

  private enter(
    event: string,
    { flagKey, subject, kind }: Place,
    was: ModelOverride | undefined,
    is: ModelOverride | undefined,
  ): void {
    const changedKeys = changedFields(kind, was, is);
    this.log.push({ event, flagKeys: [flagKey], subject, changedKeys });
  }
}
