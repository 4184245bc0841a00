import { createHash } from 'node:crypto';
import { ReasonCodeSchema } from '../contract/evaluation';
import { OVERRIDE_ACTIONS } from '../contract/metrics';
import type { EvaluationCount, OverrideTotals, StatsRepository } from '../audit-ports';
import { evaluationHourKey, evaluationTotalKey, type Key, PREFIX, statsPartition } from './keys';
import type { Item, Table } from './table';

/** Counts of evaluations lie in so many items, by flag: few writes for a container that evaluates many flags. */
const BUCKETS = 4;
/** An update expression is at most 4 kB long. */
const MAX_COUNTERS = 250;
const HOURS_TTL_SECONDS = 90 * 24 * 3600;

const bucketOf = (flagKey: string): number =>
  createHash('sha256').update(flagKey).digest().readUInt8(0) % BUCKETS;

/** The attribute of a counter; no part of it contains `#`, and no other attribute does. */
const counterOf = ({ flagKey, variant, reason }: EvaluationCount): string =>
  `${flagKey}#${variant ?? ''}#${reason}`;

const countIn = ([name, value]: [string, unknown]): EvaluationCount[] => {
  const [flagKey = '', variant = '', reason] = name.split('#');
  const known = ReasonCodeSchema.safeParse(reason);
  return known.success && typeof value === 'number'
    ? [{ flagKey, variant: variant === '' ? null : variant, reason: known.data, count: value }]
    : [];
};

const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

export class DynamoStatsRepository implements StatsRepository {
  constructor(private readonly table: Table) {}

  async overrideTotals(environment: string): Promise<OverrideTotals> {
    const totals = new Map<string, Record<string, number>>();
    for await (const item of this.totals(environment, PREFIX.overrideTotal)) {
      const [, flagKey = ''] = String(item['SK']).split('#');
      const known = totals.get(flagKey) ?? {};
      for (const action of OVERRIDE_ACTIONS) {
        known[action] = (known[action] ?? 0) + Number(item[action] ?? 0);
      }
      totals.set(flagKey, known);
    }
    return totals;
  }

  async evaluationTotals(environment: string): Promise<EvaluationCount[]> {
    const counts: EvaluationCount[] = [];
    for await (const item of this.totals(environment, PREFIX.evaluationTotal)) {
      counts.push(...Object.entries(item).flatMap(countIn));
    }
    return counts;
  }

  async addEvaluations(
    environment: string,
    counts: readonly EvaluationCount[],
    nowMs: number,
  ): Promise<void> {
    const ttl = Math.floor(nowMs / 1000) + HOURS_TTL_SECONDS;
    const buckets = Array.from({ length: BUCKETS }, (): EvaluationCount[] => []);
    for (const each of counts) {
      buckets[bucketOf(each.flagKey)]?.push(each);
    }
    await Promise.all(
      buckets.flatMap((inBucket, bucket) =>
        chunked(inBucket).flatMap((chunk) => [
          this.add(evaluationTotalKey(environment, bucket), chunk),
          this.add(evaluationHourKey(environment, bucket, hourOf(nowMs)), chunk, ttl),
        ]),
      ),
    );
  }

  /** Tried once, over a client that tries once: nobody can tell whether the first one counted. */
  private async add(key: Key, counts: readonly EvaluationCount[], ttl?: number): Promise<void> {
    const entries = counts.map((each, index) => ({
      name: `#${String(index)}`,
      value: `:${String(index)}`,
      each,
    }));
    const sum = `ADD ${entries.map(({ name, value }) => `${name} ${value}`).join(',')}`;
    await this.table.updateOnce({
      Key: key,
      UpdateExpression: ttl === undefined ? sum : `${sum} SET #ttl = :ttl`,
      ExpressionAttributeNames: {
        ...Object.fromEntries(entries.map(({ name, each }) => [name, counterOf(each)])),
        ...(ttl === undefined ? {} : { '#ttl': 'ttl' }),
      },
      ExpressionAttributeValues: {
        ...Object.fromEntries(entries.map(({ value, each }) => [value, each.count])),
        ...(ttl === undefined ? {} : { ':ttl': ttl }),
      },
    });
  }

  private async *totals(environment: string, prefix: string): AsyncGenerator<Item> {
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :prefix)',
      ExpressionAttributeValues: { ':pk': statsPartition(environment), ':prefix': prefix },
      ConsistentRead: true,
    });
    for await (const items of pages) {
      yield* items;
    }
  }
}

const chunked = (counts: readonly EvaluationCount[]): EvaluationCount[][] =>
  Array.from({ length: Math.ceil(counts.length / MAX_COUNTERS) }, (_, index) =>
    counts.slice(index * MAX_COUNTERS, (index + 1) * MAX_COUNTERS),
  );
