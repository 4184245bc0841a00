import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { OVERRIDE_KINDS, type OverrideKind } from '../../../shared/contract/override';
import { contextOf } from '../../../shared/evaluation/context';
import { driveStream, type StreamDrive } from '../../support/drive-stream';
import { type ModelFlag, OverrideModel } from '../../support/override-model';
import { aStep, iso, type OverrideRun } from '../../support/override-steps';
import { asCollected } from '../../support/stream-records';
import { aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

/**
 * Overrides of two flags, two users and a device go through random changes, with time passing between them. After
 * each one the table, the log, the counters and what is evaluated have to be those of the model.
 */

const STEPS = { minLength: 4, maxLength: 16 };
const RUNS = 6;

let world: World;
let stream: StreamDrive;
let client: DynamoDBDocumentClient;
/** The clock of services and model stands still within a step. */
let nowMs = Date.now();

beforeAll(async () => {
  world = await openWorld({ stream: true });
  stream = driveStream(world);
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await world.stop();
});

const open = async (): Promise<OverrideRun> => {
  const name = `model-${aUserId().slice(0, 8)}`;
  const flags = [
    { key: `${name}-a`, on: true, off: false },
    { key: `${name}-b`, on: 'new', off: 'old' },
  ] as const;
  await world.container.createFlag({ key: flags[0].key });
  const variants = { variants: { new: 'new', old: 'old' }, onVariant: 'new', offVariant: 'old' };
  await world.container.createFlag({ key: flags[1].key, type: 'string', ...variants });
  const users = [aUserId(), aUserId()] as const;
  const device = `${name}-phone`;
  await world.container.putDevice(users[0], device);
  const model = new OverrideModel();
  const wait = (ms: number): void => {
    nowMs += ms;
    model.nowMs = nowMs;
  };
  wait(0);
  const { container } = world;
  await stream.news();
  return { container, model, flags, users, device, wait, collect: () => collect(flags) };
};

/** Delivers what happened to the table since the last time: twice, and in a wrong order first, as a stream may. */
const deliverNew = async (): Promise<void> => {
  const told = (await stream.news()).map((record) => {
    record.dynamodb.ApproximateCreationDateTime = Math.floor(nowMs / 1000);
    // nothing removes items here but collection
    return record.eventName === 'REMOVE' ? asCollected(record) : record;
  });
  await stream.deliver([...told].reverse());
  await stream.deliver(told);
};

/** Removes what DynamoDB would have removed by now: what has expired, and tombstones. */
const collect = async (flags: readonly ModelFlag[]): Promise<void> => {
  for (const { key } of flags) {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: world.engine.flagTableName,
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: { ':pk': `FLAG#${ENVIRONMENT}#${key}#${await stream.generationOf(key)}` },
      }),
    );
    for (const { PK, SK, ttl } of Items) {
      if (typeof ttl === 'number' && ttl * 1_000 <= nowMs) {
        await client.send(new DeleteCommand({ TableName: world.engine.flagTableName, Key: { PK, SK } }));
      }
    }
  }
};

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

const expectLists = async ({ model, flags, users }: OverrideRun): Promise<void> => {
  const page = { after: undefined, limit: 50 };
  for (const { key } of flags) {
    const { includes, excludes } = await world.container.overrides.list(ENVIRONMENT, key, page);
    const listed = [...includes, ...excludes].map(({ userId, overrideType, reason, expiresAt, version }) => [
      userId,
      overrideType,
      reason,
      expiresAt,
      version,
    ]);
    const expected = [...model.all('include'), ...model.all('exclude')]
      .filter(({ flagKey }) => flagKey === key)
      .map(({ subject, kind, reason, endsAtMs, version }) => [subject, kind, reason, iso(endsAtMs), version]);
    expect(listed.sort(byText)).toEqual(expected.sort(byText));
    for (const subject of users) {
      const override = model.at({ flagKey: key, subject, kind: 'value' });
      const got = world.container.typed.get(ENVIRONMENT, subject, key);
      await (override === undefined
        ? expect(got).rejects.toMatchObject({ code: 'OVERRIDE_NOT_FOUND' })
        : expect(got).resolves.toMatchObject({
            value: override.value,
            enabled: override.enabled,
            reason: override.reason,
            expiresAt: iso(override.endsAtMs),
            version: override.version,
          }));
    }
  }
};

const expectCounts = async ({ model, flags, device }: OverrideRun): Promise<void> => {
  const filter = { q: flags[0].key.slice(0, -2), tag: undefined, state: undefined };
  const { items } = await world.container.flags.list(ENVIRONMENT, { after: undefined, limit: 50, ...filter });
  const countOf = (key: string, kind: OverrideKind) =>
    model.all(kind).filter((each) => each.flagKey === key && each.enabled && each.subject !== device).length;
  expect(items.map(({ overrideCounts }) => overrideCounts)).toEqual(
    flags.map(({ key }) => Object.fromEntries(OVERRIDE_KINDS.map((kind) => [kind, countOf(key, kind)]))),
  );
};

const expectValues = async ({ model, flags, users, device }: OverrideRun): Promise<void> => {
  const container = world.newContainer();
  for (const userId of users) {
    for (const deviceId of [undefined, device]) {
      const { evaluations } = await container.evaluation.evaluate(
        contextOf(ENVIRONMENT, { userId, deviceId }),
      );
      const values = flags.map(({ key }) => evaluations.find((each) => each.key === key)?.value);
      const owned = userId === users[0] ? deviceId : undefined;
      expect(values).toEqual(flags.map((flag) => model.valueOf(flag, userId, owned)));
    }
  }
};

const expectLog = async ({ model, flags }: OverrideRun): Promise<void> => {
  for (const { key } of flags) {
    const { items } = await world.container.audit.list({
      environment: ENVIRONMENT,
      flagKey: key,
      limit: 500,
    });
    const found = items
      .filter(({ event }) => event !== 'flag.created')
      .map(({ event, targetUserId, targetDeviceId, changedKeys }) => [
        event,
        targetUserId ?? targetDeviceId,
        [...changedKeys].sort(),
      ]);
    const expected = model.log
      .filter(({ flagKeys }) => flagKeys.includes(key))
      .map(({ event, subject, changedKeys }) => [event, subject, [...changedKeys].sort()]);
    expect(found.sort(byText)).toEqual(expected.sort(byText));
  }
};

describe('overrides', () => {
  it('are what a simple model of them says, after every change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, STEPS), async (taken) => {
        const run = await open();
        for (const step of taken) {
          run.wait(1);
          await step(run);
          await deliverNew();
          await expectLists(run);
          await expectCounts(run);
          await expectValues(run);
          await expectLog(run);
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
