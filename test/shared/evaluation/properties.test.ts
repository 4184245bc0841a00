import * as fc from 'fast-check';
import { FlagSchema, type Flag } from '../../../shared/contract/flag';
import { fitsType } from '../../../shared/evaluation/fits-type';
import type { Evaluation, EvaluationContext, UserFlagOverride } from '../../../shared/evaluation/model';
import { aContext, aFlag, anOverride, aQuestion, evaluate as evaluateFlag, NOW_MS } from './a-flag';
import { anyFlags, contexts, flagKeys, overrides, percentages, soundFlags, userIds } from './arbitraries';
import { sha256 } from './sha256';

const manyOverrides = fc.array(overrides, { maxLength: 6 });

const evaluate = (
  flag: Flag,
  context: EvaluationContext,
  overridesOfFlag: readonly UserFlagOverride[] = [],
): Evaluation | undefined => evaluateFlag(flag, overridesOfFlag, aQuestion(context));

const isOn = (key: string, rolloutPercentage: number, userId: string): boolean =>
  evaluate(aFlag({ key, rolloutPercentage }), aContext({ userId }))?.value === true;

const throughJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

it('never removes a user by a higher percentage', () => {
  fc.assert(
    fc.property(flagKeys, userIds, percentages, percentages, (key, userId, one, other) => {
      const [lower, higher] = one < other ? [one, other] : [other, one];
      expect(isOn(key, lower, userId) && !isOn(key, higher, userId)).toBe(false);
    }),
  );
});

it('decides whole percentages by the first 8 hex digits of the hash modulo 100', () => {
  fc.assert(
    fc.property(flagKeys, userIds, fc.integer({ min: 0, max: 100 }), (key, userId, percentage) => {
      const u = sha256(`${userId}:${key}`);
      expect(isOn(key, percentage, userId)).toBe(u % 100 < percentage);
    }),
  );
});

it('takes about as many users into a rollout as its percentage says', () => {
  const inside = Array.from({ length: 20_000 }, (_, n) => isOn('new-checkout', 12.5, `user-${n}`)).filter(
    Boolean,
  );

  expect(inside.length / 20_000).toBeCloseTo(0.125, 2);
});

it('never throws, and gives a value of the type of the flag or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(soundFlags, anyFlags), contexts, manyOverrides, (flag, context, theirs) => {
      expect(FlagSchema.safeParse(flag).success).toBe(true);
      const evaluation = evaluate(flag, context, theirs);
      expect(evaluation === undefined || fitsType(flag.type, evaluation.value)).toBe(true);
    }),
  );
});

it('names a variant only with a value that the flag has under that name', () => {
  fc.assert(
    fc.property(soundFlags, contexts, manyOverrides, (flag, context, theirs) => {
      const evaluation = evaluate(flag, context, theirs);
      if (evaluation?.variant) {
        expect(evaluation.value).toEqual(flag.variants[evaluation.variant]);
      }
    }),
  );
});

it('gives the same after flag and overrides went through JSON', () => {
  fc.assert(
    fc.property(fc.oneof(soundFlags, anyFlags), contexts, manyOverrides, (flag, context, theirs) => {
      const evaluation = evaluate(flag, context, theirs);
      expect(evaluate(throughJson(flag), context, throughJson(theirs))).toEqual(evaluation);
    }),
  );
});

it('gives the off variant to an excluded user whatever else is said about that user', () => {
  const exclusion = anOverride({ kind: 'exclude' });
  fc.assert(
    fc.property(soundFlags, userIds, manyOverrides, fc.nat(6), (flag, userId, others, position) => {
      const evaluation = evaluate(flag, aContext({ userId }), others.toSpliced(position, 0, exclusion));
      if (flag.state === 'active') {
        expect(evaluation).toMatchObject({
          variant: 'off',
          source: flag.killed ? 'killed' : 'user exclusion',
        });
      } else {
        expect(evaluation).toBeUndefined();
      }
    }),
  );
});

it('gives the off variant of a killed flag to everybody who gets the flag', () => {
  fc.assert(
    fc.property(soundFlags, contexts, manyOverrides, (flag, context, theirs) => {
      const evaluation = evaluate({ ...flag, killed: true }, context, theirs);
      if (evaluation) {
        expect(evaluation).toMatchObject({ variant: 'off', source: 'killed', override: null });
      }
    }),
  );
});

it('gives what it would give without them when no override counts', () => {
  const dead = overrides.map((override) => ({ ...override, expiresAtMs: NOW_MS }));
  fc.assert(
    fc.property(soundFlags, contexts, fc.array(dead, { maxLength: 6 }), (flag, context, theirs) => {
      expect(evaluate(flag, context, theirs)).toEqual(evaluate(flag, context));
    }),
  );
});

it('decides the same whatever the order of overrides of different kinds', () => {
  const oneOfEach = fc.uniqueArray(overrides, { selector: ({ kind }) => kind });
  fc.assert(
    fc.property(soundFlags, contexts, oneOfEach, (flag, context, theirs) => {
      expect(evaluate(flag, context, theirs.toReversed())).toEqual(evaluate(flag, context, theirs));
    }),
  );
});
