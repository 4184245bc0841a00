import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { remainingMs, withOwnDeadline } from '../deadline';
import { FlagError, StoreUnavailable, WriteConflict } from '../errors';
import type { ChangeLimiter, Clock } from '../ports';
import { faultOf } from './faults';
import { limiterKey } from './keys';
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

const rateLimited = (item: Item, slotNames: readonly string[], nowMs: number): FlagError => {
  const oldest = Math.min(...slotNames.map((slot) => claimedAtMs(item[slot])));
  return new FlagError(
    'RATE_LIMITED',
    `A flag takes at most ${String(slotNames.length)} override changes per hour.`,
    {
      retryAfterSeconds: Math.max(1, Math.ceil((oldest + TAKEN_MS - nowMs) / 1000)),
    },
  );
};

const pick = (slots: readonly string[]): string | undefined =>
  slots[Math.floor(Math.random() * slots.length)];

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

  async claim(environment: string, flagKey: string): Promise<{ release(): Promise<void> }> {
    const key = limiterKey(environment, flagKey);
    let slot = pick(this.slotNames);
    while (slot !== undefined) {
      const nowMs = this.clock();
      const claim = newClaim(nowMs);
      const seen = await this.tryClaim(key, slot, claim, nowMs);
      if (seen === 'claimed') {
        const claimed = slot;
        return { release: () => this.release(key, claimed, claim) };
      }
      slot = pick(this.slotNames.filter((name) => isFree(seen, name, nowMs)));
      if (slot === undefined) {
        throw rateLimited(seen, this.slotNames, nowMs);
      }
      if (remainingMs() < LEAST_MS) {
        break;
      }
    }
    throw new StoreUnavailable('no', undefined);
  }

  /** `claimed`, or the item that showed the slot taken. */
  private async tryClaim(
    key: { PK: string; SK: string },
    slot: string,
    claim: string,
    nowMs: number,
  ): Promise<'claimed' | Item> {
    try {
      await this.table.updateOnce({
        Key: key,
        // the item is of no use once its last slot is free again
        UpdateExpression: 'SET #slot = :claim, #ttl = :ttl',
        ConditionExpression: 'attribute_not_exists(#slot) OR #slot <= :hourAgo',
        ExpressionAttributeNames: { '#slot': slot, '#ttl': 'ttl' },
        ExpressionAttributeValues: {
          ':claim': claim,
          // behind every claim of that millisecond
          ':hourAgo': `${timeText(nowMs - TAKEN_MS)}~`,
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
      return seen[slot] === claim ? 'claimed' : seen;
    }
  }

  private async release(key: { PK: string; SK: string }, slot: string, claim: string): Promise<void> {
    // the request may have spent its time, and a slot is worth an hour
    const give = () =>
      this.table.update({
        Key: key,
        UpdateExpression: 'REMOVE #slot',
        ConditionExpression: '#slot = :claim',
        ExpressionAttributeNames: { '#slot': slot },
        ExpressionAttributeValues: { ':claim': claim },
      });
    await withOwnDeadline(RELEASE_WITHIN_MS, give).catch((error: unknown) => {
      if (!(error instanceof WriteConflict)) {
        throw error;
      }
    });
  }
}
