import { once } from 'node:events';
import { InMemStorageProvider, Unleash } from 'unleash-client';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

const constraint = (contextName: string, operator: string, values: readonly string[]) => ({
  contextName,
  operator,
  values,
  inverted: false,
  caseInsensitive: false,
});

/** A flag is on as soon as one strategy says so: the exclusion has to be a constraint of each. */
const definitionOf = ({ key, excluded, included }: BenchFlag) => {
  const notExcluded = constraint('userId', 'NOT_IN', excluded);
  const on = (...constraints: ReturnType<typeof constraint>[]) => ({
    name: 'default',
    parameters: {},
    constraints: [notExcluded, ...constraints],
  });
  return {
    name: key,
    type: 'release',
    enabled: true,
    strategies: [
      ...(included.length === 0 ? [] : [on(constraint('userId', 'IN', included))]),
      on(
        constraint('country', 'IN', FIRST_RULE.countries),
        constraint('subscription', 'IN', [FIRST_RULE.subscription]),
      ),
      on(constraint('email', 'STR_ENDS_WITH', [SECOND_RULE.emailSuffix])),
      {
        name: 'flexibleRollout',
        parameters: { rollout: String(PERCENTAGE), stickiness: 'userId', groupId: key },
        constraints: [notExcluded],
      },
    ],
  };
};

serveContender({
  contextOf: ({ userId, ...properties }) => ({ userId, properties }),
  write: (flags) => JSON.stringify({ version: 2, features: flags.map(definitionOf), segments: [] }),
  load: async (written) => {
    const { features } = JSON.parse(written) as { features: { name: string }[] };
    const client = new Unleash({
      url: 'http://127.0.0.1:9/',
      appName: 'bench',
      bootstrap: { data: features },
      refreshInterval: 0,
      disableMetrics: true,
      storageProvider: new InMemStorageProvider(),
      skipInstanceCountWarning: true,
    });
    await once(client, 'ready');
    const keys = features.map(({ name }) => name);
    return {
      one: (flagKey) => (context) => client.isEnabled(flagKey, context),
      all: (context) => keys.map((key) => client.isEnabled(key, context)),
      answersIn: (all) => new Map((all as boolean[]).map((isOn, index) => [keys[index] ?? '', isOn])),
      close: () => {
        client.destroy();
      },
    };
  },
});
