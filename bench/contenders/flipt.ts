import { FliptClient } from '@flipt-io/flipt-client-js';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

const constraint = (type: 'STRING' | 'ENTITY_ID', property: string, operator: string, value: string) => ({
  type: `${type}_CONSTRAINT_COMPARISON_TYPE`,
  property,
  operator,
  value,
});

const segmentRollout = (key: string, value: boolean, ...constraints: ReturnType<typeof constraint>[]) => ({
  segment: {
    value,
    segmentOperator: 'OR_SEGMENT_OPERATOR',
    segments: [{ key, matchType: 'ALL_SEGMENT_MATCH_TYPE', constraints }],
  },
});

const definitionOf = ({ key, excluded, included }: BenchFlag) => ({
  key,
  name: key,
  type: 'BOOLEAN_FLAG_TYPE',
  enabled: false,
  rules: [],
  rollouts: [
    segmentRollout('excluded', false, constraint('ENTITY_ID', 'entity', 'isoneof', JSON.stringify(excluded))),
    segmentRollout('included', true, constraint('ENTITY_ID', 'entity', 'isoneof', JSON.stringify(included))),
    segmentRollout(
      'first',
      true,
      constraint('STRING', 'country', 'isoneof', JSON.stringify(FIRST_RULE.countries)),
      constraint('STRING', 'subscription', 'eq', FIRST_RULE.subscription),
    ),
    segmentRollout('second', true, constraint('STRING', 'email', 'suffix', SECOND_RULE.emailSuffix)),
    { threshold: { percentage: PERCENTAGE, value: true } },
  ],
});

const document = (flags: readonly BenchFlag[]): string =>
  JSON.stringify({ namespace: { key: 'default' }, flags: flags.map(definitionOf) });

/** A client, and what it takes for its server's answer. */
interface Fed {
  readonly client: FliptClient;
  readonly feed: { text: string };
}

/** Each new client compiles the engine's WebAssembly again, which is no part of loading flags. */
const idle: Fed[] = [];

const start = async (): Promise<Fed> => {
  const feed = { text: document([]) };
  const client = await FliptClient.init({
    fetcher: async () => ({
      ok: true,
      status: 200,
      statusText: 'OK',
      headers: { get: () => null },
      json: async (): Promise<unknown> => JSON.parse(feed.text),
    }),
  });
  return { client, feed };
};

serveContender({
  contextOf: ({ userId, ...context }) => ({ entityId: userId, context }),
  write: document,
  load: async (written) => {
    const fed = idle.pop() ?? (await start());
    const { client, feed } = fed;
    feed.text = written;
    await client.refresh();
    let keys: readonly string[] | undefined;
    return {
      one: (flagKey) => (context) => client.evaluateBoolean({ flagKey, ...context }).enabled,
      all: (context) => {
        keys ??= client.listFlags().map(({ key }) => key);
        return client.evaluateBatch(keys.map((flagKey) => ({ flagKey, ...context })));
      },
      answersIn: (all) =>
        new Map(
          (all as ReturnType<FliptClient['evaluateBatch']>).responses.map(
            ({ booleanEvaluationResponse: answer }) => [answer?.flagKey ?? '', answer?.enabled ?? false],
          ),
        ),
      close: () => {
        idle.push(fed);
      },
    };
  },
});
