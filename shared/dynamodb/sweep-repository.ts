import type { FlagGeneration } from '../ports';
import type { SweepRepository } from '../stream-ports';
import { overridePartition, sweepKey, type Key } from './keys';
import type { Table } from './table';

export class DynamoSweepRepository implements SweepRepository {
  constructor(private readonly table: Table) {}

  async request(of: FlagGeneration): Promise<void> {
    await this.goOn(of);
  }

  async removeSome(of: FlagGeneration, limit: number): Promise<number> {
    const { items } = await this.table.queryPage({
      KeyConditionExpression: 'PK = :pk',
      ExpressionAttributeValues: { ':pk': overridePartition(of.environment, of.flagKey, of.generation) },
      ProjectionExpression: 'PK, SK',
      ConsistentRead: true,
      Limit: limit,
    });
    await this.table.deleteAll(
      items.map((item): Key => ({ PK: String(item['PK']), SK: String(item['SK']) })),
    );
    return items.length;
  }

  async goOn(of: FlagGeneration): Promise<void> {
    await this.table.update({
      Key: sweepKey(of.environment, of.flagKey, of.generation),
      // each round is a change, and a change is what invokes the sweeper again
      UpdateExpression:
        'SET environment = :environment, flagKey = :flagKey, generation = :generation ADD round :one',
      ExpressionAttributeValues: {
        ':environment': of.environment,
        ':flagKey': of.flagKey,
        ':generation': of.generation,
        ':one': 1,
      },
    });
  }

  async finish(of: FlagGeneration): Promise<void> {
    await this.table.deleteAll([sweepKey(of.environment, of.flagKey, of.generation)]);
  }
}
