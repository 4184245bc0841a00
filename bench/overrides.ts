import { randomUUID } from 'node:crypto';
import { composeEvaluationService } from '../shared/composition/evaluation-service';
import { composeOverrideSearch } from '../shared/composition/override-search';
import { composeOverrideService } from '../shared/composition/override-service';
import type { Config } from '../shared/config';
import { contextOf } from '../shared/evaluation/context';
import type { Call } from '../shared/services/call';
import { atMost, type Goal } from './goals';
import { ENVIRONMENT, FEW, type Loaded, MANY, openOverridesTable, userOf } from './overrides-table';
import { median } from './statistics';

/** What a flag's overrides cost by their number, on a real table: an evaluation, the first page of each list, one write. */

const ROUNDS = 150;
const WARM_UPS = 30;
const MOST = 1.2;
/** As many as the smaller flag has: a page of fifty is more to send, whatever lies behind it. */
const PAGE = { after: undefined, limit: FEW.count };

/** One question or change about a flag. */
type Ask = (flag: Loaded) => Promise<void>;

const call: Call = {
  environment: ENVIRONMENT,
  ifMatch: undefined,
  dryRun: false,
  attribution: { actor: 'bench', ip: null, userAgent: null, route: null, requestId: null },
};

const casesOf = (config: Config): Record<string, Ask> => {
  const overrides = composeOverrideService(config);
  const search = composeOverrideSearch(config);
  let round = 0;
  return {
    'Evaluation for a user who is new to the container': async ({ count }) => {
      round += 1;
      // a container keeps the overrides of its users: one that has just begun reads them
      const evaluation = composeEvaluationService(config);
      await evaluation.evaluate(contextOf(ENVIRONMENT, { userId: userOf((round * 7_919) % count) }));
    },
    'First ten of its includes and excludes': async ({ flagKey }) => {
      await overrides.list(ENVIRONMENT, flagKey, PAGE);
    },
    'First ten of all its overrides': async ({ flagKey }) => {
      await search.ofFlag(ENVIRONMENT, flagKey, { userId: undefined }, PAGE);
    },
    'One new override': async ({ flagKey }) => {
      const request = { userId: randomUUID(), overrideType: 'exclude', expiresAt: null } as const;
      await overrides.put(call, flagKey, request, undefined);
    },
  };
};

const timed = async (ask: Ask, flag: Loaded): Promise<number> => {
  const startedAt = process.hrtime.bigint();
  await ask(flag);
  return Number(process.hrtime.bigint() - startedAt);
};

/** In turns, so that whatever else the machine does falls on both. */
const ratioOf = async (ask: Ask): Promise<{ few: number; many: number }> => {
  const times: { few: number[]; many: number[] } = { few: [], many: [] };
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    const inTurn = round % 2 === 0 ? ([FEW, MANY] as const) : ([MANY, FEW] as const);
    for (const flag of inTurn) {
      const spent = await timed(ask, flag);
      if (round >= 0) {
        times[flag === FEW ? 'few' : 'many'].push(spent);
      }
    }
  }
  return { few: median(times.few), many: median(times.many) };
};

/** Whether a million overrides of a flag cost as little as ten. */
export const measureOverrides = async (tell: (progress: string) => void): Promise<Goal[]> => {
  const { config, stop } = await openOverridesTable(tell);
  try {
    const goals: Goal[] = [];
    for (const [name, ask] of Object.entries(casesOf(config))) {
      tell(`a million overrides of a flag: ${name}`);
      const { few, many } = await ratioOf(ask);
      tell(`  ${(many / 1e6).toFixed(2)} ms, with ten ${(few / 1e6).toFixed(2)} ms`);
      goals.push(atMost(`${name}: with a million overrides, times the cost with ten`, many / few, MOST));
    }
    return goals;
  } finally {
    await stop();
  }
};
