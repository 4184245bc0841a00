import { v7 } from 'uuid';
import { openTables } from '../../../shared/composition/parts';
import { DynamoAuditRepository } from '../../../shared/dynamodb/audit-repository';
import type { Change } from '../../../shared/ports';
import { aCall, ENVIRONMENT, openWorld, type World } from '../../support/world';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

/** What a function can answer: JSON, with the page as a text in it. */
const ANSWER_BYTES = 6 * 1024 * 1024;

/** Each quote is two bytes of the page and four of the answer, and what came of a change is shown twice. */
const creation = (): Change => ({
  id: v7(),
  event: 'flag.created',
  environment: ENVIRONMENT,
  flagKey: 'long',
  targetUserId: null,
  targetDeviceId: null,
  changedKeys: ['variants'],
  before: null,
  after: { variants: { on: '"'.repeat(90_000) } },
  reason: null,
  at: new Date().toISOString(),
  ...aCall().attribution,
});

it('pages of long changes hold what fits into an answer, and together all of them', async () => {
  const { flagTable, auditTable } = openTables(world.config);
  const repository = new DynamoAuditRepository(auditTable, flagTable);
  const changes = Array.from({ length: 20 }, creation);
  await Promise.all(changes.map((change) => repository.append(change)));
  const seen: string[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await world.container.audit.list({
      environment: ENVIRONMENT,
      flagKey: 'long',
      limit: 500,
      after,
    });
    const body = JSON.stringify({ items: page.items, nextCursor: page.next });
    expect(Buffer.byteLength(JSON.stringify({ body }))).toBeLessThan(ANSWER_BYTES - 10_000);
    seen.push(...page.items.map(({ id }) => id));
    after = page.next;
    pages += 1;
  } while (after !== undefined);
  expect(pages).toBeGreaterThan(1);
  expect(seen.sort()).toEqual(changes.map(({ id }) => id).sort());
});
