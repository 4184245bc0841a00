import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { WriteConflict } from '../errors';
import type { OverrideSubject } from '../override-ports';
import type { Change, Clock, FlagGeneration, RulesetPart } from '../ports';
import type { ChangeRepository } from '../stream-ports';
import { moveFlagsVersion, versionOf } from './flag-versions';
import { importIdIn } from './import-items';
import { parseChangeItem, readable } from './items';
import { changeKey, flagsVersionKey, importKey, type Key, segmentChangeKey, subjectChangeKey } from './keys';
import type { Table } from './table';

const MAX_TRIES = 20;
const PAUSE_MS = 25;

const keyAmong = (environment: string, of: RulesetPart | OverrideSubject, changeId: string): Key => {
  if ('flagKey' in of) {
    return changeKey(environment, of.flagKey, changeId);
  }
  return 'segmentKey' in of
    ? segmentChangeKey(environment, of.segmentKey, changeId)
    : subjectChangeKey(environment, of, changeId);
};

export class DynamoChangeRepository implements ChangeRepository {
  /** An end does not change, and a big flag's sweep asks for it once an item. */
  private readonly ends = new LRUCache<string, Change>({ max: 100 });
  /** An import writes up to a million overrides, and each of them asks for it. */
  private readonly imports = new LRUCache<string, true>({ max: 100 });

  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async find(
    environment: string,
    of: RulesetPart | OverrideSubject,
    changeId: string,
  ): Promise<Change | undefined> {
    const item = await this.table.get(keyAmong(environment, of, changeId), 'strong');
    return item === undefined ? undefined : parseChangeItem(item);
  }

  async isOfImport(environment: string, flagKey: string, changeId: string): Promise<boolean> {
    const importId = importIdIn(changeId);
    if (importId === undefined) {
      return false;
    }
    const key = importKey({ environment, flagKey, importId });
    const known = key.PK + key.SK;
    if (!this.imports.has(known) && (await this.table.get(key, 'strong')) !== undefined) {
      this.imports.set(known, true);
    }
    return this.imports.has(known);
  }

  async findEnd(of: FlagGeneration): Promise<Change | undefined> {
    const known = this.ends.get(of.generation);
    if (known !== undefined) {
      return known;
    }
    const { PK, SK: first } = changeKey(of.environment, of.flagKey, '');
    const pages = this.table.query({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :first)',
      FilterExpression: 'endedGeneration = :generation',
      ExpressionAttributeValues: { ':pk': PK, ':first': first, ':generation': of.generation },
      ConsistentRead: true,
    });
    for await (const items of pages) {
      const [end] = readable(items, parseChangeItem);
      if (end !== undefined) {
        this.ends.set(of.generation, end);
        return end;
      }
    }
    return undefined;
  }

  async bumpFlagsVersion(environment: string, changed: RulesetPart): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const version = versionOf(await this.table.get(flagsVersionKey(environment), 'strong'));
      try {
        const items = moveFlagsVersion(this.table.name, environment, changed, version, this.clock());
        await this.table.transact(items);
        return;
      } catch (error) {
        if (!(error instanceof WriteConflict) || attempt === MAX_TRIES) {
          throw error;
        }
        await sleep(Math.random() * PAUSE_MS * attempt);
      }
    }
  }
}
