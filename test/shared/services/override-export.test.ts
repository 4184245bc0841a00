import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { composeOverrideExport } from '../../../shared/composition/override-export';
import { openTables } from '../../../shared/composition/parts';
import { withDeadline } from '../../../shared/deadline';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';
import { writeOverrides } from '../../support/write-overrides';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

describe('an export', () => {
  it('ends a page when its time runs low, and the next ones have the rest', async () => {
    await world.container.createFlag({ key: 'big' });
    const flags = new DynamoFlagRepository(openTables(world.config).flagTable, Date.now);
    const generation = String(await flags.generationOf(ENVIRONMENT, 'big'));
    const users = Array.from({ length: 510 }, aUserId);
    await writeOverrides(
      DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint })),
      world.engine.flagTableName,
      { environment: ENVIRONMENT, flagKey: 'big', generation },
      users,
    );
    const whole = composeOverrideExport(world.config);
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const { text, next } = await withDeadline(3_900, () => whole.page(ENVIRONMENT, 'big', after));
      pages.push(text.split('\r\n').slice(1, -1));
      after = next;
    } while (after !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([500, 10]);
    expect(pages.flat().map((line) => line.split(',')[0])).toEqual(users.sort());
  });
});
