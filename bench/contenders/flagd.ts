import { FlagdCore } from '@openfeature/flagd-core';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

const variable = (name: string) => ({ var: name });

const definitionOf = ({ excluded, included }: BenchFlag) => ({
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  targeting: {
    if: [
      { in: [variable('targetingKey'), excluded] },
      'off',
      { in: [variable('targetingKey'), included] },
      'on',
      {
        and: [
          { in: [variable('country'), FIRST_RULE.countries] },
          { '===': [variable('subscription'), FIRST_RULE.subscription] },
        ],
      },
      'on',
      { ends_with: [variable('email'), SECOND_RULE.emailSuffix] },
      'on',
      {
        fractional: [
          ['on', PERCENTAGE],
          ['off', 100 - PERCENTAGE],
        ],
      },
    ],
  },
});

serveContender({
  contextOf: ({ userId, ...attributes }) => ({ targetingKey: userId, ...attributes }),
  write: (flags) =>
    JSON.stringify({ flags: Object.fromEntries(flags.map((flag) => [flag.key, definitionOf(flag)])) }),
  load: (written) => {
    const core = new FlagdCore();
    core.setConfigurations(written);
    return {
      one: (flagKey) => (context) => core.resolveBooleanEvaluation(flagKey, false, context).value,
      all: (context) => core.resolveAll(context),
      answersIn: (all) =>
        new Map(
          (all as ReturnType<FlagdCore['resolveAll']>).map(({ flagKey, value }) => [flagKey, value === true]),
        ),
    };
  },
});
