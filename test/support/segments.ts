import type { RuleCondition } from '../../shared/contract/rule';
import type { CreateSegmentRequest } from '../../shared/contract/segment';
import { contextOf } from '../../shared/evaluation/context';
import { aRule, isInGroup, isInSegment } from './a-rule';
import { eventually } from './guidon-instance';
import { aCall, aUserId, ENVIRONMENT, type World } from './world';

type Container = World['container'];

/** A segment as a request has it after it was parsed; those in the group `beta` are in it. */
export const aSegment = (segment: { key: string } & Partial<CreateSegmentRequest>): CreateSegmentRequest => ({
  name: null,
  description: null,
  operator: 'AND',
  conditions: [isInGroup('beta')],
  ...segment,
});

const evaluated = async (container: Container, key: string, groups: string[], isFresh?: boolean) => {
  const context = contextOf(ENVIRONMENT, { userId: aUserId(), groups });
  const { evaluations } = await container.evaluation.evaluate(context, isFresh);
  return evaluations.find((each) => each.key === key);
};

/** What the tests do with segments in a world. */
export const segmentsOf = (world: () => World) => ({
  create: (key: string, more: Partial<CreateSegmentRequest> = {}) =>
    world().container.segments.create(aCall(), aSegment({ key, ...more })),
  replace: (key: string, conditions: RuleCondition[]) =>
    world().container.segments.replace(aCall(), key, aSegment({ key, conditions })),
  /** A flag that only those in the segment have. */
  aFlagFor: (key: string, segment: string, container = world().container) =>
    container.flags.create(aCall(), {
      key,
      type: 'boolean',
      enabled: true,
      rolloutPercentage: 0,
      rules: [aRule({ id: 'a', conditions: [isInSegment(segment)] })],
    }),
  /** What the flag gives a user of these groups. */
  given: async (container: Container, key: string, ...groups: string[]) =>
    (await evaluated(container, key, groups))?.value,
  /** The same, once the container has asked the store whether anything moved and was answered. */
  givenFresh: async (container: Container, key: string, ...groups: string[]) => {
    const evaluation = await eventually(
      () => evaluated(container, key, groups, true),
      (given) => {
        expect(given).toMatchObject({ reason: expect.not.stringMatching('STALE') });
      },
    );
    return evaluation?.value;
  },
});
