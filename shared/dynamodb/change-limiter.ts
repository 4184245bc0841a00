import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { remainingMs, withOwnDeadline } from '../deadline';
import { FlagError, StoreUnavailable, WriteConflict } from '../errors';
import type { ChangeLimiter, ClaimedPlaces, Clock } from '../ports';
import { faultOf } from './faults';
import { type Key, limiterKey } from './keys';
import type { Item, Table } from './table';

const WINDOW_MS = 3_600_000;
/** A change is written up to this much after its claim, so that long after the hour a slot is free again. */
const WRITE_WITHIN_MS = 5_000;
const TAKEN_MS = WINDOW_MS + WRITE_WITHIN_MS;
const RELEASE_WITHIN_MS = 500;
/** Less time than this and a claim could not be used. */
const LEAST_MS = 100;

/** Base 36 keeps the order of times as text, until the year 5188. */
const TIME_LENGTH = 9;
const timeText = (ms: number): string => ms.toString(36).padStart(TIME_LENGTH, '0');

/** When a slot was claimed, and who did: claims of one millisecond are told apart. */
const newClaim = (nowMs: number): string => timeText(nowMs) + Math.random().toString(36).slice(2, 10);

const claimedAtMs = (claim: unknown): number => parseInt(String(claim).slice(0, TIME_LENGTH), 36);

const isFree = (item: Item, slot: string, nowMs: number): boolean =>
  item[slot] === undefined || claimedAtMs(item[slot]) <= nowMs - TAKEN_MS;

/** When `count` places are free, there being fewer now. */
const rateLimited = (
  flagKey: string,
  item: Item,
  slotNames: readonly string[],
  count: number,
  nowMs: number,
): FlagError => {
  const message = `The flag "${flagKey}" takes at most ${String(slotNames.length)} override changes per hour`;
  const claims = slotNames.map((slot) => claimedAtMs(item[slot] ?? 0)).sort((one, other) => one - other);
  // more than there are places never go at once
  const lastNeeded = claims[count - 1] ?? nowMs;
  const these = count > 1 ? `, and these are ${String(count)} at once` : '';
  return new FlagError('RATE_LIMITED', `${message}${these}.`, {
    retryAfterSeconds: Math.max(1, Math.ceil((lastNeeded + TAKEN_MS - nowMs) / 1000)),
  });
};

/** More slots than this make an update expression that DynamoDB finds too long. */
const MAX_AT_ONCE = 50;

const pick = (slots: readonly string[], count: number): readonly string[] => {
  const left = [...slots];
  return Array.from({ length: Math.min(count, slots.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  ).flat();
};

interface Claimed {
  readonly claim: string;
  readonly slots: readonly string[];
}

/**
 * One item per flag with a slot for each change of an hour; each slot holds when it was last claimed. A claim is a
 * conditional update of one slot, so the limit holds in every sliding hour, whoever claims. A failed claim shows the
 * item, and so what is free.
 */
export class DynamoChangeLimiter implements ChangeLimiter {
  private readonly slotNames: readonly string[];

  /** `changesPerHour` is what a flag takes in any 60 minutes. */
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
    changesPerHour: number,
  ) {
    this.slotNames = Array.from({ length: changesPerHour }, (_, index) => `c${String(index)}`);
  }

  async claim(environment: string, flagKey: string, count = 1): Promise<ClaimedPlaces> {
    const key = limiterKey(environment, flagKey);
    const held: Claimed[] = [];
    const places: ClaimedPlaces = {
      release: async (toRelease = count) => {
        for (const { claim, slots } of held.splice(0)) {
          const kept = slots.slice(0, Math.max(0, slots.length - toRelease));
          toRelease -= slots.length - kept.length;
          await this.release(key, slots.slice(kept.length), claim);
          held.push({ claim, slots: kept });
        }
      },
    };
    try {
      for (let left = count; left > 0; left -= MAX_AT_ONCE) {
        held.push(await this.claimSome(environment, flagKey, Math.min(left, MAX_AT_ONCE), left));
      }
    } catch (error) {
      await places.release();
      throw error;
    }
    return places;
  }

  /** Claims `count` slots at once; `needed` is how many there must be for it to make sense. */
  private async claimSome(
    environment: string,
    flagKey: string,
    count: number,
    needed: number,
  ): Promise<Claimed> {
    const key = limiterKey(environment, flagKey);
    let slots = pick(this.slotNames, count);
    let seen: Item = {};
    let nowMs = this.clock();
    while (slots.length === count) {
      const claim = newClaim(nowMs);
      const outcome = await this.tryClaim(key, slots, claim, nowMs);
      if (outcome === 'claimed') {
        return { claim, slots };
      }
      seen = outcome;
      const free = this.slotNames.filter((name) => isFree(outcome, name, nowMs));
      slots = free.length < needed ? [] : pick(free, count);
      if (slots.length > 0 && remainingMs() < LEAST_MS) {
        throw new StoreUnavailable('no', undefined);
      }
      nowMs = slots.length > 0 ? this.clock() : nowMs;
    }
    throw rateLimited(flagKey, seen, this.slotNames, needed, nowMs);
  }

  /** `claimed`, or the item that showed a slot taken. */
  private async tryClaim(
    key: Key,
    slots: readonly string[],
    claim: string,
    nowMs: number,
  ): Promise<'claimed' | Item> {
    const names = slots.map((_, index) => `#s${index}`);
    try {
      await this.table.updateOnce({
        Key: key,
        // the item is of no use once its last slot is free again
        UpdateExpression: `SET ${names.map((name) => `${name} = :c`).join(', ')}, #ttl = :ttl`,
        ConditionExpression: names
          .map((name) => `(attribute_not_exists(${name}) OR ${name} <= :h)`)
          .join(' AND '),
        ExpressionAttributeNames: {
          '#ttl': 'ttl',
          ...Object.fromEntries(slots.map((slot, index) => [`#s${index}`, slot])),
        },
        ExpressionAttributeValues: {
          ':c': claim,
          // behind every claim of that millisecond an hour ago
          ':h': `${timeText(nowMs - TAKEN_MS)}~`,
          ':ttl': Math.ceil((nowMs + 2 * TAKEN_MS) / 1000),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return 'claimed';
    } catch (error) {
      if (faultOf(error) !== 'condition') {
        throw faultOf(error) === 'bug' ? error : new StoreUnavailable('no', error);
      }
      // the document client leaves the item of an error as DynamoDB spells it
      const seen = unmarshall((error as ConditionalCheckFailedException).Item ?? {});
      // the client tried twice, and the answer to the first try was lost
      return slots.every((slot) => seen[slot] === claim) ? 'claimed' : seen;
    }
  }

  private async release(key: Key, slots: readonly string[], claim: string): Promise<void> {
    if (slots.length === 0) {
      return;
    }
    const names = slots.map((_, index) => `#s${index}`);
    // the request may have spent its time, and a slot is worth an hour
    const give = () =>
      this.table.update({
        Key: key,
        UpdateExpression: `REMOVE ${names.join(', ')}`,
        ConditionExpression: names.map((name) => `${name} = :c`).join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(slots.map((slot, index) => [`#s${index}`, slot])),
        ExpressionAttributeValues: { ':c': claim },
      });
    await withOwnDeadline(RELEASE_WITHIN_MS, give).catch((error: unknown) => {
      if (!(error instanceof WriteConflict)) {
        throw error;
      }
    });
  }
}
