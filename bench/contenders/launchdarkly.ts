import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basicLogger, init, integrations } from '@launchdarkly/node-server-sdk';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type BenchFlag } from '../workload';

/** Places in a flag's list of variations. */
const ON = 0;
const OFF = 1;

const clause = (attribute: string, op: string, values: readonly string[]) => ({
  contextKind: 'user',
  attribute,
  op,
  values,
});

const definitionOf = ({ key, excluded, included }: BenchFlag) => ({
  key,
  version: 1,
  on: true,
  variations: [true, false],
  offVariation: OFF,
  salt: key,
  targets: [
    { variation: OFF, values: excluded },
    { variation: ON, values: included },
  ],
  rules: [
    {
      id: 'first',
      variation: ON,
      clauses: [
        clause('country', 'in', FIRST_RULE.countries),
        clause('subscription', 'in', [FIRST_RULE.subscription]),
      ],
    },
    { id: 'second', variation: ON, clauses: [clause('email', 'endsWith', [SECOND_RULE.emailSuffix])] },
  ],
  fallthrough: {
    rollout: {
      contextKind: 'user',
      variations: [
        { variation: ON, weight: PERCENTAGE * 1000 },
        { variation: OFF, weight: (100 - PERCENTAGE) * 1000 },
      ],
    },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'guidon-bench-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

/** The client reads files, not texts. */
let files = 0;

serveContender({
  contextOf: ({ userId, ...attributes }) => ({ kind: 'user', key: userId, ...attributes }),
  write: (flags) => {
    files += 1;
    const path = join(folder, `flags-${files}.json`);
    const definitions = Object.fromEntries(flags.map((flag) => [flag.key, definitionOf(flag)]));
    writeFileSync(path, JSON.stringify({ flags: definitions }));
    return path;
  },
  load: async (path) => {
    const source = new integrations.FileDataSourceFactory({ paths: [path] });
    const client = init('sdk-key', {
      updateProcessor: source.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: basicLogger({ level: 'none' }),
    });
    await client.waitForInitialization({ timeout: 10 });
    return {
      one: (flagKey) => (context) => client.boolVariation(flagKey, context, false),
      all: (context) => client.allFlagsState(context),
      answersIn: (all) =>
        new Map(
          Object.entries((all as { allValues(): Record<string, unknown> }).allValues()).map(
            ([key, value]) => [key, value === true],
          ),
        ),
      close: () => {
        client.close();
      },
    };
  },
});
