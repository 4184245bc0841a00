import type { FlagRecord, LoadedRuleset, RulesetSource } from '../ports';
import { versionOf } from './flag-versions';
import { parseFlagItem } from './items';
import {
  changedKey,
  environmentPartition,
  flagItemKey,
  flagsVersionKey,
  overridesVersionKey,
  PREFIX,
} from './keys';
import type { Item, Table } from './table';

const keyOf = (item: Item): string => String(item['SK']).slice(PREFIX.flag.length);

const readRuleset = (items: readonly Item[], version: number, asked: readonly string[]): LoadedRuleset => {
  const records: FlagRecord[] = [];
  const corrupt: string[] = [];
  const removed = new Set(asked);
  for (const item of items) {
    try {
      const record = parseFlagItem(item);
      if (record !== undefined) {
        records.push(record);
        removed.delete(keyOf(item));
      }
    } catch {
      corrupt.push(keyOf(item));
      removed.delete(keyOf(item));
    }
  }
  return { version, records, segments: [], removed: [...removed], removedSegments: [], corrupt };
};

export class DynamoRulesetSource implements RulesetSource {
  constructor(private readonly table: Table) {}

  async versions(environment: string): Promise<{ flags: number; overrides: number }> {
    const flagsKey = flagsVersionKey(environment);
    const items = await this.table.batchGet([flagsKey, overridesVersionKey(environment)], 'eventual');
    return {
      flags: versionOf(items.find((item) => item['SK'] === flagsKey.SK)),
      overrides: versionOf(items.find((item) => item['SK'] !== flagsKey.SK)),
    };
  }

  async loadAll(environment: string): Promise<LoadedRuleset> {
    // the version first: what is read after it is at least as new
    const version = versionOf(await this.table.get(flagsVersionKey(environment), 'strong'));
    const items: Item[] = [];
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :flag)',
      ExpressionAttributeValues: { ':pk': environmentPartition(environment), ':flag': PREFIX.flag },
      ConsistentRead: true,
    });
    for await (const page of pages) {
      items.push(...page);
    }
    return readRuleset(items, version, []);
  }

  async loadChanged(environment: string, since: number): Promise<LoadedRuleset | undefined> {
    const keys = new Set<string>();
    let version = since;
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND SK BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': environmentPartition(environment),
        ':first': changedKey(environment, since + 1).SK,
        ':last': changedKey(environment, Number.MAX_SAFE_INTEGER).SK,
      },
      ConsistentRead: true,
    });
    for await (const page of pages) {
      for (const row of page) {
        version += 1;
        if (row['SK'] !== changedKey(environment, version).SK || typeof row['flagKey'] !== 'string') {
          return undefined;
        }
        keys.add(row['flagKey']);
      }
    }
    if (version === since) {
      return undefined;
    }
    const asked = [...keys];
    const items = await this.table.batchGet(
      asked.map((key) => flagItemKey(environment, key)),
      'strong',
    );
    return readRuleset(items, version, asked);
  }
}
