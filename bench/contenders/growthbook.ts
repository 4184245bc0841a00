import { GrowthBookClient } from '@growthbook/growthbook';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

const definitionOf = ({ excluded, included }: BenchFlag) => ({
  defaultValue: false,
  rules: [
    { condition: { id: { $in: excluded } }, force: false },
    { condition: { id: { $in: included } }, force: true },
    {
      condition: { country: { $in: FIRST_RULE.countries }, subscription: FIRST_RULE.subscription },
      force: true,
    },
    { condition: { email: { $regex: `${SECOND_RULE.emailSuffix.replaceAll('.', '\\.')}$` } }, force: true },
    { coverage: PERCENTAGE / 100, hashAttribute: 'id', force: true },
  ],
});

serveContender({
  contextOf: ({ userId, ...attributes }) => ({ attributes: { id: userId, ...attributes } }),
  write: (flags) =>
    JSON.stringify({ features: Object.fromEntries(flags.map((flag) => [flag.key, definitionOf(flag)])) }),
  load: (written) => {
    const payload = JSON.parse(written) as { features: Record<string, unknown> };
    const client = new GrowthBookClient().initSync({ payload });
    const keys = Object.keys(payload.features);
    return {
      one: (flagKey) => (context) => client.isOn(flagKey, context),
      all: (context) => keys.map((key) => client.evalFeature(key, context)),
      answersIn: (all) => new Map((all as { on: boolean }[]).map(({ on }, index) => [keys[index] ?? '', on])),
    };
  },
});
