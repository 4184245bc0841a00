import { compilers } from '../../../shared/composition/compilers';
import type { LayerName } from '../../../shared/contract/explain';
import type { RuleCondition } from '../../../shared/contract/rule';
import { compileSegment } from '../../../shared/evaluation/compile-segment';
import { explainFlag } from '../../../shared/evaluation/explain-flag';
import type { CompiledFlag, Question } from '../../../shared/evaluation/model';
import { aContext, aFlag, anOverride, aQuestion, aRule, compiled, NOW_MS } from './a-flag';

const detail = (layer: LayerName, flag: CompiledFlag, question: Question, overrides = [anOverride()]) =>
  explainFlag(flag, overrides, question).layers.find((each) => each.layer === layer)?.detail;

const germans: RuleCondition = { attribute: 'country', operator: 'equals', value: 'DE' };

it('tells what the device that is asked from has', () => {
  const question = aQuestion(aContext({ deviceId: 'phone-1' }));
  const theirs = [anOverride({ kind: 'value', value: true, deviceId: 'phone-1' })];

  expect(detail('device override', compiled(aFlag()), question, theirs)).toContain('the device has');
  expect(detail('device override', compiled(aFlag()), question, [])).toContain(
    'has no override on this flag',
  );
});

it('tells that a rule which must not hold does', () => {
  const rule = aRule({
    operator: 'NOT',
    conditions: [{ operator: 'AND', conditions: [germans, germans] }],
  });
  const question = aQuestion(aContext({ country: 'DE' }));

  expect(detail('rule', compiled(aFlag({ rules: [rule] })), question)).toContain('holds, and must not');
});

it('tells of a segment that cannot be evaluated', () => {
  const { compiled: broken } = compileSegment(
    { operator: 'AND', conditions: [{ attribute: 'email', operator: 'matches', value: '(' }] },
    compilers,
  );
  const named: RuleCondition = { attribute: 'segment', operator: 'in', value: ['broken'] };
  const question = aQuestion(aContext(), { segments: new Map([['broken', broken]]) });

  expect(detail('rule', compiled(aFlag({ rules: [aRule({ conditions: [named] })] })), question)).toContain(
    'cannot be evaluated',
  );
});

it('tells where a ramp is at its beginning', () => {
  const planned = [
    {
      id: 'ramp',
      at: new Date(NOW_MS).toISOString(),
      until: new Date(NOW_MS + 10_000).toISOString(),
      rolloutPercentage: 50,
    },
  ];
  const flag = compiled(aFlag({ rolloutPercentage: 0 }), { planned });

  expect(detail('schedule', flag, aQuestion())).toContain('it is 0 % now');
});

it('tells of weights that there is no user id to share by', () => {
  const flag = compiled(
    aFlag({ variants: { on: true, off: false, also: true }, variantWeights: { on: 30, off: 30, also: 40 } }),
  );

  expect(detail('rollout', flag, aQuestion(aContext({ userId: undefined })), [])).toContain(
    'needs a user id',
  );
});
