import { compilers } from '../../../shared/composition/compilers';
import { clock, newId, openTables } from '../../../shared/composition/parts';
import type { CreateSegmentRequest } from '../../../shared/contract/segment';
import { DynamoFlagRepository } from '../../../shared/dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../../../shared/dynamodb/override-repository';
import { DynamoSegmentRepository } from '../../../shared/dynamodb/segment-repository';
import { FlagWriter } from '../../../shared/services/flag-writer';
import { RuleService } from '../../../shared/services/rules';
import { StoredValues } from '../../../shared/services/stored-values';
import { composeOverrideWriter } from '../../../shared/composition/override-writer';
import { SegmentWriter } from '../../../shared/services/segment-writer';
import { SegmentService } from '../../../shared/services/segments';
import { aRule, isInGroup, isInSegment, nestedIn } from '../../support/a-rule';
import { aSegment, segmentsOf } from '../../support/segments';
import {
  aCall,
  CACHE_CHECK_MS,
  ENVIRONMENT,
  openFaultyWorld,
  pause,
  type FaultyWorld,
} from '../../support/world';

let world: FaultyWorld;
const { create, replace, aFlagFor, given } = segmentsOf(() => world);

beforeAll(async () => {
  world = await openFaultyWorld();
});
afterAll(() => world.stop());

const codeOf = (outcome: PromiseSettledResult<unknown>): string =>
  outcome.status === 'fulfilled' ? 'ok' : String((outcome.reason as { code?: string }).code);

describe('a segment', () => {
  it('decides in every flag that names it, in warm containers too, as it is at the moment', async () => {
    await create('testers');
    await aFlagFor('for-testers', 'testers');
    const warm = world.newContainer();
    expect(await given(warm, 'for-testers', 'beta')).toBe(true);
    expect(await given(warm, 'for-testers', 'staff')).toBe(false);
    await replace('testers', [isInGroup('staff')]);
    await pause(CACHE_CHECK_MS);
    const before = world.proxy.calls.length;
    expect(await given(warm, 'for-testers', 'staff')).toBe(true);
    // versions, what changed, the one segment, that nothing else did meanwhile; the overrides of a user who is new here
    expect(world.proxy.calls.slice(before)).toEqual([
      'BatchGetItem',
      'Query',
      'BatchGetItem',
      'Query',
      'Query',
    ]);
    expect(await given(warm, 'for-testers', 'beta')).toBe(false);
    expect(await given(world.newContainer(), 'for-testers', 'staff')).toBe(true);
  });

  it('is written once where nothing changes, and under its version', async () => {
    const segment = await create('versioned');
    expect(segment).toMatchObject({ version: 1, environment: ENVIRONMENT, operator: 'AND' });
    const { segments } = world.container;
    expect(await replace('versioned', [isInGroup('beta')])).toEqual(segment);
    expect(await replace('versioned', [isInGroup('x')])).toMatchObject({ version: 2 });
    const stale = aCall({ ifMatch: [1] });
    const conflict = { code: 'VERSION_CONFLICT' };
    await expect(segments.replace(stale, 'versioned', aSegment({ key: 'versioned' }))).rejects.toMatchObject(
      conflict,
    );
    await expect(segments.delete(stale, 'versioned')).rejects.toMatchObject(conflict);
    await expect(create('versioned')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await segments.delete(aCall({ dryRun: true }), 'versioned');
    await segments.delete(aCall({ ifMatch: [2] }), 'versioned');
    await expect(segments.delete(aCall(), 'versioned')).rejects.toMatchObject({ code: 'SEGMENT_NOT_FOUND' });
    await expect(segments.get(ENVIRONMENT, 'versioned')).rejects.toMatchObject({ code: 'SEGMENT_NOT_FOUND' });
    await expect(replace('versioned', [])).rejects.toMatchObject({ code: 'SEGMENT_NOT_FOUND' });
    expect(await create('versioned')).toMatchObject({ version: 1 });
  });

  it('is refused where the patterns of all segments would be too much', async () => {
    const patterned = (key: string) =>
      world.container.segments.create(
        aCall({ environment: 'staging' }),
        aSegment({
          key,
          conditions: ['a', 'b'].map((letter) => ({
            attribute: 'email',
            operator: 'matches' as const,
            value: `[${letter}-z]{500}`,
          })),
        }),
      );
    for (let count = 0; count < 10; count += 1) {
      await patterned(`patterned-${count}`);
    }
    await expect(patterned('one-too-many')).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/conditions', code: 'too_many_pattern_instructions' }],
    });
  });

  it.each<[string, Partial<CreateSegmentRequest>, string, string]>([
    [
      'segments in it',
      { conditions: [nestedIn(2, isInSegment('testers'))] },
      '/conditions/0/conditions/0/conditions/0/attribute',
      'nested_segment',
    ],
    [
      'a pattern that RE2 does not know',
      { conditions: [{ attribute: 'email', operator: 'matches', value: '(a)\\1' }] },
      '/conditions/0/value',
      'invalid_pattern',
    ],
    ['rules nine deep', { conditions: [nestedIn(8, isInGroup('a'))] }, '/conditions/0'.repeat(8), 'too_deep'],
    [
      '201 conditions',
      {
        conditions: [101, 100].map((count) => ({
          operator: 'OR',
          conditions: Array.from({ length: count }, () => isInGroup('a')),
        })),
      },
      '/conditions',
      'too_many_conditions',
    ],
  ])('is refused with %s', async (_, more, pointer, code) => {
    await expect(create('refused', more)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ pointer, code }],
    });
  });

  it('is not taken from flags that name it, archived ones included', async () => {
    await create('used');
    await aFlagFor('uses', 'used');
    await world.container.flags.changeState(aCall(), 'uses', 'archive', null);
    await expect(world.container.segments.delete(aCall(), 'used')).rejects.toMatchObject({
      code: 'IN_USE',
      message: 'The segment "used" is used by flags: uses.',
      errors: [{ code: 'in_use' }],
    });
    await world.container.rules.remove(aCall(), 'uses', 'a');
    await world.container.segments.delete(aCall(), 'used');
    const again = world.container.rules.add(aCall(), 'uses', aRule({ conditions: [isInSegment('used')] }));
    await expect(again).rejects.toMatchObject({ errors: [{ code: 'unknown_segment' }] });
  });

  it('is listed with the others, page by page', async () => {
    for (const key of ['page-a', 'page-b', 'page-c']) {
      await create(key);
    }
    const first = await world.container.segments.list(ENVIRONMENT, { after: 'page-', limit: 2 });
    expect(first.segments.map(({ key }) => key)).toEqual(['page-a', 'page-b']);
    const second = await world.container.segments.list(ENVIRONMENT, { after: first.next, limit: 2 });
    expect(second.segments[0]).toMatchObject({ key: 'page-c' });
  });
});

describe('a segment that is deleted while flags come to name it', () => {
  it('is gone, or is named: never both', async () => {
    for (let round = 0; round < 25; round += 1) {
      const key = `raced-${round}`;
      await create(key);
      const [deletion, ...namings] = await Promise.allSettled([
        pause(Math.random() * 6).then(() => world.newContainer().segments.delete(aCall(), key)),
        ...['x', 'y'].map((flag) => aFlagFor(`${key}-${flag}`, key, world.newContainer())),
      ]);
      const { segments } = await world.container.segments.list(ENVIRONMENT, { after: undefined, limit: 500 });
      const isThere = segments.some((each) => each.key === key);
      expect(codeOf(deletion)).toBe(isThere ? 'IN_USE' : 'ok');
      expect(namings.map(codeOf).includes('ok')).toBe(isThere);
    }
  });

  const parts = () => {
    const { flagTable } = openTables(world.config);
    return {
      flags: new DynamoFlagRepository(flagTable, clock),
      segments: new DynamoSegmentRepository(flagTable, clock),
      storedValues: new StoredValues({
        overrides: new DynamoOverrideRepository(flagTable, clock),
        writer: composeOverrideWriter(flagTable),
        compilers,
        clock,
      }),
      compilers,
      clock,
      newId,
    };
  };

  it('between being looked up and the write of the flag is not named', async () => {
    await create('gone-at-last');
    let isDeleted = false;
    const { segments, ...others } = parts();
    const present = async (environment: string, keys: readonly string[]) => {
      const found = await segments.present(environment, keys);
      if (!isDeleted) {
        isDeleted = true;
        await world.container.segments.delete(aCall(), 'gone-at-last');
      }
      return found;
    };
    const rules = new RuleService({
      writer: new FlagWriter({ ...others, segments: { present } }),
      flags: others.flags,
      newId,
    });
    await world.container.createFlag({ key: 'too-late' });
    const naming = rules.add(aCall(), 'too-late', aRule({ conditions: [isInSegment('gone-at-last')] }));
    await expect(naming).rejects.toMatchObject({
      errors: [{ pointer: '/conditions/0/value/0', code: 'unknown_segment' }],
    });
  });

  it('is kept where a flag came to name it after the flags were looked through', async () => {
    await create('kept-at-last');
    let isNamed = false;
    const { flags, ...others } = parts();
    const list = flags.list.bind(flags);
    flags.list = async (...parameters) => {
      const found = await list(...parameters);
      if (!isNamed) {
        isNamed = true;
        await aFlagFor('just-in-time', 'kept-at-last');
      }
      return found;
    };
    const writer = new SegmentWriter({ ...others, flags });
    const service = new SegmentService({ segments: others.segments, writer });
    const deletion = service.delete(aCall(), 'kept-at-last');
    await expect(deletion).rejects.toMatchObject({ code: 'IN_USE' });
  });
});
