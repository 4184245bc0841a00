import type { FlagGeneration } from '../ports';
import { overridePartition } from './keys';
import type { Item, Table } from './table';

/** A step looks through so many times the items that it may find, and that often, till it finds some. */
const LOOKED_THROUGH = 1.3;
const MAX_READS = 50;

/** Items of the flag's partition that pass the test, up to `limit`. */
export const lookThrough = async <Read>(
  table: Table,
  { environment, flagKey, generation }: FlagGeneration,
  page: { after: string; limit: number },
  of: { prefix: string; test: string; values: Item; read: (item: Item) => Read | undefined },
): Promise<{ found: Read[]; next: string | undefined }> => {
  const partition = overridePartition(environment, flagKey, generation);
  let after: string | undefined = page.after === '' ? undefined : page.after;
  for (let reads = 1; ; reads += 1) {
    const { items, last } = await table.queryPage({
      KeyConditionExpression: 'PK = :pk AND begins_with(SK, :prefix)',
      FilterExpression: of.test,
      ExpressionAttributeValues: { ':pk': partition, ':prefix': of.prefix, ...of.values },
      ExclusiveStartKey: after === undefined ? undefined : { PK: partition, SK: after },
      ConsistentRead: true,
      Limit: Math.ceil(page.limit * LOOKED_THROUGH),
    });
    const some = items.slice(0, page.limit);
    const found = some.flatMap((item) => of.read(item) ?? []);
    after = last === undefined ? undefined : String(last['SK']);
    if (some.length < items.length) {
      return { found, next: String(some.at(-1)?.['SK']) };
    }
    if (found.length > 0 || after === undefined || reads === MAX_READS) {
      return { found, next: after };
    }
  }
};
