import type { Override } from '../contract/override-answers';
import type { OverrideKind } from '../contract/override';
import {
  type FoundOverride,
  OVERRIDE_SHARDS,
  type OverrideRange,
  type OverrideRepository,
} from '../override-ports';
import { type Clock, type FlagRepository, MAX_PAGE_BYTES } from '../ports';
import { flagNotFound } from './not-found';
import { LivingFlags } from './living-flags';
import { shownOverride } from './shown-override';

export interface OverrideSearchParts {
  readonly flags: Pick<FlagRepository, 'read' | 'readMany'>;
  readonly overrides: Pick<OverrideRepository, 'walk'>;
  readonly clock: Clock;
}

/** All that is given must hold. */
export interface OverrideFilter {
  /** Text in the flag key, user id, device id or reason, whatever the case. */
  readonly q?: string | undefined;
  readonly flagKey?: string | undefined;
  readonly userId?: string | undefined;
  readonly kind?: OverrideKind | undefined;
  readonly expiresBefore?: string | undefined;
  readonly enabled?: boolean | undefined;
}

interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

interface FoundPage {
  readonly items: Override[];
  readonly next: string | undefined;
}

/** What a read looks at where what is asked for may be rare. */
const READ_SIZE = 250;
/** After this many reads a page ends short, before the request runs out of time. */
const MAX_READS = 24;

/** What positions look like, by where is looked; see `OverrideRange`. */
const FORMS = {
  flag: /^\d:(USER#[^#]{1,128}#[a-z]+|DEVICE#[^#]{1,128})?$/,
  subject: /^\d:([^#]{1,128}(#[a-z]+)?#[^#]{1,64})?$/,
  shard: /^[0-7]:((~|[-+\dT:.Z]+)#[^#]{1,128}#[^#]{1,128}#[a-z]+#[^#]{1,64})?$/,
} as const;

/** Finds overrides of all kinds, of users and devices, where least has to be read. */
export class OverrideSearch {
  constructor(private readonly parts: OverrideSearchParts) {}

  /** The overrides of a flag; throws `FLAG_NOT_FOUND`. */
  async ofFlag(
    environment: string,
    flagKey: string,
    { userId }: { userId: string | undefined },
    page: Page,
  ): Promise<FoundPage> {
    if ((await this.parts.flags.read(environment, flagKey)) === undefined) {
      throw flagNotFound(flagKey);
    }
    return this.list(environment, { flagKey, userId }, page);
  }

  /** Eventually consistent, but for a flag's alone. What is of former flags is left out. */
  async list(environment: string, filter: OverrideFilter, page: Page): Promise<FoundPage> {
    const nowMs = this.parts.clock();
    const ranges = await this.rangesOf(environment, filter);
    const living = new LivingFlags(this.parts.flags, environment);
    const accepts = accepting(filter);
    const items: Override[] = [];
    let bytes = 0;
    let place = placeOf(page.after);
    let last = page.after;
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const range = ranges[place.range];
      if (range === undefined) {
        return { items, next: undefined };
      }
      const limit = reads === 0 && isWhole(filter) ? Math.min(page.limit + 1, READ_SIZE) : READ_SIZE;
      const read = await this.parts.overrides.walk(range, { after: place.after, limit, nowMs });
      for (const { override, position } of await living.present(read.found.filter(accepts))) {
        const shown = shownOverride(override);
        bytes += Buffer.byteLength(JSON.stringify(shown));
        if (items.length === page.limit || (items.length > 0 && bytes > MAX_PAGE_BYTES)) {
          return { items, next: last };
        }
        items.push(shown);
        last = positionAt(place.range, position);
      }
      place =
        read.next === undefined
          ? { range: place.range + 1, after: undefined }
          : { range: place.range, after: read.next };
    }
    return { items, next: ranges[place.range] && positionAt(place.range, place.after) };
  }

  /** What a position in the list of this filter looks like. */
  positionForm({ flagKey, userId }: OverrideFilter): RegExp {
    const narrow = userId === undefined ? FORMS.flag : FORMS.subject;
    return flagKey === undefined && userId === undefined ? FORMS.shard : narrow;
  }

  private async rangesOf(environment: string, filter: OverrideFilter): Promise<OverrideRange[]> {
    const { flagKey, userId, expiresBefore } = filter;
    if (userId !== undefined) {
      return [{ of: 'subject', environment, subject: { userId, deviceId: null } }];
    }
    if (flagKey !== undefined) {
      const record = await this.parts.flags.read(environment, flagKey);
      return record === undefined
        ? []
        : [{ of: 'flag', environment, flagKey, generation: record.generation }];
    }
    return Array.from({ length: OVERRIDE_SHARDS }, (_, shard) => ({
      of: 'shard',
      environment,
      shard,
      ...(expiresBefore === undefined
        ? { ends: 'any' }
        : { ends: 'sometime', beforeMs: Date.parse(expiresBefore) }),
    }));
  }
}

/** Whether all that the ranges hold is asked for: then a first read is no larger than the page. */
const isWhole = ({ q, kind, enabled, flagKey, userId, expiresBefore }: OverrideFilter): boolean => {
  const places = [flagKey, userId, expiresBefore].filter((each) => each !== undefined);
  return q === undefined && kind === undefined && enabled === undefined && places.length <= 1;
};

const positionAt = (range: number, after: string | undefined): string => `${range}:${after ?? ''}`;

const placeOf = (position = '0:'): { range: number; after: string | undefined } => {
  const colon = position.indexOf(':');
  const after = position.slice(colon + 1);
  return { range: Number(position.slice(0, colon)), after: after === '' ? undefined : after };
};

const accepting = ({ q, flagKey, kind, expiresBefore, enabled }: OverrideFilter) => {
  const text = q?.toLowerCase();
  const beforeMs = expiresBefore === undefined ? undefined : Date.parse(expiresBefore);
  return ({ override }: FoundOverride): boolean =>
    (flagKey === undefined || override.flagKey === flagKey) &&
    (kind === undefined || override.kind === kind) &&
    (enabled === undefined || override.enabled === enabled) &&
    (beforeMs === undefined || (override.expiresAtMs !== null && override.expiresAtMs < beforeMs)) &&
    (text === undefined ||
      [override.flagKey, override.userId, override.deviceId, override.reason].some((part) =>
        part?.toLowerCase().includes(text),
      ));
};
