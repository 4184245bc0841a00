import type { LoadedRuleset, RulesetSource } from '../ports';
import { versionOf } from './flag-versions';
import { parseFlagItem, parseSegmentItem } from './items';
import {
  changedKey,
  DEFINITIONS,
  environmentPartition,
  flagItemKey,
  flagsVersionKey,
  type Key,
  overridesVersionKey,
  PREFIX,
  segmentItemKey,
} from './keys';
import type { Item, Table } from './table';

interface Read<State> {
  readonly states: State[];
  /** Keys that were asked for and have nothing. */
  readonly removed: string[];
  readonly corrupt: string[];
}

const readItems = <State>(
  items: readonly Item[],
  prefix: string,
  asked: Iterable<string>,
  parse: (item: Item) => State | undefined,
): Read<State> => {
  const states: State[] = [];
  const corrupt: string[] = [];
  const removed = new Set(asked);
  for (const item of items) {
    const sortKey = String(item['SK']);
    if (!sortKey.startsWith(prefix)) {
      continue;
    }
    const key = sortKey.slice(prefix.length);
    try {
      const state = parse(item);
      if (state !== undefined) {
        states.push(state);
        removed.delete(key);
      }
    } catch {
      corrupt.push(key);
      removed.delete(key);
    }
  }
  return { states, removed: [...removed], corrupt };
};

const readRuleset = (
  items: readonly Item[],
  version: number,
  asked: { readonly flags: Iterable<string>; readonly segments: Iterable<string> },
): LoadedRuleset => {
  const flags = readItems(items, PREFIX.flag, asked.flags, parseFlagItem);
  const segments = readItems(items, PREFIX.segment, asked.segments, parseSegmentItem);
  return {
    version,
    records: flags.states,
    segments: segments.states,
    removed: flags.removed,
    removedSegments: segments.removed,
    corrupt: flags.corrupt,
    corruptSegments: segments.corrupt,
  };
};

/** Keys of what changed. */
interface Changed {
  readonly flags: Set<string>;
  readonly segments: Set<string>;
}

/** Where changes come faster than they can be read, the next check has those that came last. */
const MAX_READS = 3;
/**
 * Of changes that are read one by one, so that it takes as little time behind an hour's sleep as behind a moment's:
 * what a check cannot end, no check would.
 */
const MAX_CHANGES = 100;

export class DynamoRulesetSource implements RulesetSource {
  constructor(private readonly table: Table) {}

  async versions(environment: string, isStrong = false): Promise<{ flags: number; overrides: number }> {
    const flagsKey = flagsVersionKey(environment);
    const items = await this.table.batchGet(
      [flagsKey, overridesVersionKey(environment)],
      isStrong ? 'strong' : 'eventual',
    );
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
      KeyConditionExpression: 'PK = :pk AND SK BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': environmentPartition(environment),
        ':first': DEFINITIONS.first,
        ':last': DEFINITIONS.last,
      },
      ConsistentRead: true,
    });
    for await (const page of pages) {
      items.push(...page);
    }
    return readRuleset(items, version, { flags: [], segments: [] });
  }

  async loadChanged(environment: string, since: number): Promise<LoadedRuleset | undefined> {
    const changed: Changed = { flags: new Set(), segments: new Set() };
    let version = await this.addChanged(environment, since, changed);
    for (let reads = 1; version !== undefined && version > since; reads += 1) {
      const asked = { flags: new Set(changed.flags), segments: new Set(changed.segments) };
      const items = await this.table.batchGet(keysOf(environment, asked), 'strong');
      const reached = await this.addChanged(environment, version, changed);
      if (reached === version || reads === MAX_READS) {
        return readRuleset(items, version, asked);
      }
      version = reached;
    }
    return undefined;
  }

  /**
   * Adds what changed behind a version; answers the version that this leads to, undefined where the record has a gap or
   * is too long. Asked again after the items were read: one of them may be newer than the changes known so far, and name
   * a segment that is newer too.
   */
  private async addChanged(
    environment: string,
    since: number,
    changed: Changed,
  ): Promise<number | undefined> {
    const { items } = await this.table.queryPage({
      KeyConditionExpression: 'PK = :pk AND SK BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':pk': environmentPartition(environment),
        ':first': changedKey(environment, since + 1).SK,
        ':last': changedKey(environment, Number.MAX_SAFE_INTEGER).SK,
      },
      ConsistentRead: true,
      Limit: MAX_CHANGES + 1,
    });
    if (items.length > MAX_CHANGES) {
      return undefined;
    }
    let version = since;
    for (const { SK, flagKey, segmentKey } of items) {
      version += 1;
      if (SK !== changedKey(environment, version).SK) {
        return undefined;
      }
      if (typeof flagKey === 'string') {
        changed.flags.add(flagKey);
      } else if (typeof segmentKey === 'string') {
        changed.segments.add(segmentKey);
      } else {
        return undefined;
      }
    }
    return version;
  }
}

const keysOf = (environment: string, { flags, segments }: Changed): Key[] => [
  ...[...flags].map((key) => flagItemKey(environment, key)),
  ...[...segments].map((key) => segmentItemKey(environment, key)),
];
