import { setTimeout as sleep } from 'node:timers/promises';
import { WriteConflict } from '../errors';
import type { Change, ChangeRepository, Clock } from '../ports';
import { moveFlagsVersion, versionOf } from './flag-versions';
import { parseChangeItem } from './items';
import { changeKey, flagsVersionKey } from './keys';
import type { Table } from './table';

const MAX_TRIES = 20;
const PAUSE_MS = 25;

export class DynamoChangeRepository implements ChangeRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async find(environment: string, flagKey: string, changeId: string): Promise<Change | undefined> {
    const item = await this.table.get(changeKey(environment, flagKey, changeId), 'strong');
    return item === undefined ? undefined : parseChangeItem(item);
  }

  async bumpFlagsVersion(environment: string, flagKey: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const version = versionOf(await this.table.get(flagsVersionKey(environment), 'strong'));
      try {
        const items = moveFlagsVersion(this.table.name, environment, flagKey, version, this.clock());
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
