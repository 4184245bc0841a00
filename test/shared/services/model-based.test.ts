import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { RecordTimes } from '../../../local/record-times';
import { OVERRIDE_KINDS, type OverrideKind } from '../../../shared/contract/override';
import { contextOf } from '../../../shared/evaluation/context';
import { driveStream, isForUs, type StreamDrive } from '../../support/drive-stream';
import { type ModelFlag, OverrideModel } from '../../support/override-model';
import { asCollected, readStream } from '../../support/stream-records';
import { aCall, aUserId, ENVIRONMENT, openWorld, type World } from '../../support/world';

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
  world = await openWorld();
  stream = driveStream(world);
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: world.engine.endpoint }));
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await world.stop();
});

/** A run has flags, users and a device of its own. */
interface Run {
  readonly model: OverrideModel;
  readonly flags: readonly [ModelFlag, ModelFlag];
  readonly users: readonly [string, string];
  readonly device: string;
  /** Records of the stream that were delivered. */
  delivered: number;
}

const allRecords = () => readStream(world.engine.endpoint, world.engine.flagTableName, new RecordTimes());

const open = async (): Promise<Run> => {
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
  return { model: new OverrideModel(), flags, users, device, delivered: (await allRecords()).length };
};

/** Delivers what happened to the table since the last time: twice, and in a wrong order first, as a stream may. */
const deliverNew = async (run: Run): Promise<void> => {
  const records = await allRecords();
  const fresh = records.slice(run.delivered).filter(isForUs);
  run.delivered = records.length;
  const told = fresh.map((record) => {
    record.dynamodb.ApproximateCreationDateTime = Math.floor(nowMs / 1000);
    // nothing removes items here but collection
    return record.eventName === 'REMOVE' ? asCollected(record) : record;
  });
  await stream.deliver([...told].reverse());
  await stream.deliver(told);
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', codeOf);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Does the same to the services and to the model. */
type Step = (run: Run) => Promise<void>;

const aFlag = fc.constantFrom(0 as const, 1 as const);
const aUser = fc.constantFrom(0 as const, 1 as const);
const aType = fc.constantFrom('include' as const, 'exclude' as const);
const aReason = fc.constantFrom(null, 'support', 'beta');
const anEnd = fc.constantFrom(null, 1_000, 60_000, 3_600_000);
const endsAt = (inMs: number | null): number | null => (inMs === null ? null : nowMs + inMs);
/** One of the two values that each flag has, by flag. */
const aValue = fc.boolean();
const valueOf = (flag: ModelFlag, isOn: boolean) => (isOn ? flag.on : flag.off);

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ flag: aFlag, user: aUser, type: aType, reason: aReason, end: anEnd })
    .map(({ flag, user, type, reason, end }): Step => async ({ model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: type };
      const endsAtMs = endsAt(end);
      const request = { userId: users[user], overrideType: type, reason, expiresAt: iso(endsAtMs) };
      const { overrides } = world.container;
      expect(await outcomeOf(overrides.put(aCall(), place.flagKey, request, undefined))).toBe(
        model.put(place, { value: null, enabled: true, reason, endsAtMs }),
      );
    }),
  fc
    .record({ flag: aFlag, user: aUser, type: fc.option(aType, { nil: undefined }) })
    .map(({ flag, user, type }): Step => async ({ model, flags, users }) => {
      const of = { flagKey: flags[flag].key, subject: users[user] };
      const kinds: OverrideKind[] = type === undefined ? ['include', 'exclude'] : [type];
      expect(await outcomeOf(world.container.remove(of.flagKey, of.subject, type))).toBe(
        model.remove(kinds.map((kind) => ({ ...of, kind }))),
      );
    }),
  fc
    .record({ flag: aFlag, user: aUser, value: aValue, enabled: fc.boolean(), reason: aReason, end: anEnd })
    .map(({ flag, user, value, enabled, reason, end }): Step => async ({ model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
      const fields = { value: valueOf(flags[flag], value), enabled, reason };
      const endsAtMs = endsAt(end);
      const request = { flagKey: place.flagKey, ...fields, expiresAt: iso(endsAtMs) };
      const { typed } = world.container;
      expect(await outcomeOf(typed.add(aCall(), place.subject, request, undefined))).toBe(
        model.add(place, { ...fields, endsAtMs }),
      );
    }),
  fc
    .record({
      flag: aFlag,
      user: aUser,
      value: fc.option(aValue, { nil: undefined }),
      enabled: fc.option(fc.boolean(), { nil: undefined }),
      end: fc.option(anEnd, { nil: undefined }),
    })
    .map(({ flag, user, value, enabled, end }): Step => async ({ model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
      const fields = {
        ...(value !== undefined && { value: valueOf(flags[flag], value) }),
        ...(enabled !== undefined && { enabled }),
      };
      const endsAtMs = end === undefined ? undefined : endsAt(end);
      const request = { ...fields, ...(endsAtMs !== undefined && { expiresAt: iso(endsAtMs) }) };
      const { typed } = world.container;
      expect(await outcomeOf(typed.update(aCall(), place.subject, place.flagKey, request))).toBe(
        model.update(place, { ...fields, ...(endsAtMs !== undefined && { endsAtMs }) }),
      );
    }),
  fc.record({ flag: aFlag, user: aUser }).map(({ flag, user }): Step => async ({ model, flags, users }) => {
    const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
    expect(await outcomeOf(world.container.typed.remove(aCall(), place.subject, place.flagKey))).toBe(
      model.remove([place]),
    );
  }),
  fc
    .record({
      isOfDevice: fc.boolean(),
      user: aUser,
      values: fc.uniqueArray(fc.record({ flag: aFlag, value: fc.option(aValue) }), {
        minLength: 1,
        maxLength: 2,
        selector: ({ flag }) => flag,
      }),
    })
    .map(({ isOfDevice, user, values }): Step => async ({ model, flags, users, device }) => {
      const pinned = Object.fromEntries(
        values.map(({ flag, value }) => [
          flags[flag].key,
          value === null ? null : valueOf(flags[flag], value),
        ]),
      );
      const subject = isOfDevice ? device : users[user];
      const named = isOfDevice ? { deviceId: device } : { userId: users[user] };
      expect(await outcomeOf(world.container.pin(named, pinned))).toBe(
        model.pin(subject, isOfDevice, pinned),
      );
    }),
  fc.constantFrom(500, 1_000, 30_000, 3_600_000).map((ms): Step => async () => {
    nowMs += ms;
  }),
  fc.constant<Step>(async (run) => {
    await collect(run);
    run.model.collect();
  }),
);

/** Removes what DynamoDB would have removed by now: what has expired, and tombstones. */
const collect = async (run: Run): Promise<void> => {
  for (const { key } of run.flags) {
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

const expectLists = async ({ model, flags, users }: Run): Promise<void> => {
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

const expectCounts = async ({ model, flags, device }: Run): Promise<void> => {
  const filter = { q: flags[0].key.slice(0, -2), tag: undefined, state: undefined };
  const { items } = await world.container.flags.list(ENVIRONMENT, { after: undefined, limit: 50, ...filter });
  const countOf = (key: string, kind: OverrideKind) =>
    model.all(kind).filter((each) => each.flagKey === key && each.enabled && each.subject !== device).length;
  expect(items.map(({ overrideCounts }) => overrideCounts)).toEqual(
    flags.map(({ key }) => Object.fromEntries(OVERRIDE_KINDS.map((kind) => [kind, countOf(key, kind)]))),
  );
};

const expectValues = async ({ model, flags, users, device }: Run): Promise<void> => {
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

const expectLog = async ({ model, flags }: Run): Promise<void> => {
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
      fc.asyncProperty(fc.array(steps, STEPS), async (taken) => {
        const run = await open();
        for (const step of taken) {
          nowMs += 1;
          run.model.nowMs = nowMs;
          await step(run);
          run.model.nowMs = nowMs;
          await deliverNew(run);
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
