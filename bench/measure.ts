import { GROUPS, type Case, type ContenderName } from './cases';
import { faultsOf } from './check-answers';
import { ContenderProcess } from './contender-process';
import { benchFlags } from './workload';

export interface Plan {
  /** How often every process is started anew: what the engine makes of the code differs from start to start. */
  readonly launches: number;
  /** Per launch. */
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
}

export const FULL: Plan = { launches: 5, rounds: 5, roundMs: 60, warmUpMs: 500 };
export const QUICK: Plan = { launches: 1, rounds: 5, roundMs: 25, warmUpMs: 200 };

/** Nanoseconds, one for each round, by case and contender. */
export type Measurements = ReadonlyMap<string, ReadonlyMap<ContenderName, readonly number[]>>;

/** Files to run, by contender. */
export type Bundles = ReadonlyMap<ContenderName, string>;

type Samples = Map<string, Map<ContenderName, number[]>>;

/** Throws where a contender does not answer what the workload says. */
export const measure = async (
  plan: Plan,
  bundles: Bundles,
  tell: (progress: string) => void,
): Promise<Measurements> => {
  const samples: Samples = new Map();
  for (let launch = 1; launch <= plan.launches; launch += 1) {
    const processes = [...bundles].map(([name, file]) => new ContenderProcess(name, file));
    try {
      for (const [group, cases] of GROUPS.entries()) {
        tell(`start ${launch} of ${plan.launches}: ${cases.map(({ row }) => row).join('; ')}`);
        await measureGroup(plan, processes, group, cases, samples, tell);
      }
    } finally {
      await Promise.all(processes.map((each) => each.stop()));
    }
  }
  return samples;
};

const measureGroup = async (
  plan: Plan,
  processes: readonly ContenderProcess[],
  group: number,
  cases: readonly Case[],
  samples: Samples,
  tell: (progress: string) => void,
): Promise<void> => {
  for (const each of processes) {
    await each.open(group);
  }
  await checkAnswers(processes, cases);
  tell('  every contender answers as it should; warming up');
  const times = await warmUp(plan, processes, cases);
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [index, { row }] of cases.entries()) {
      for (const each of turned(processes, round)) {
        const nanoseconds = await each.time(index, times.get(each)?.[index] ?? 1);
        samplesOf(samples, row, each.name).push(nanoseconds);
      }
    }
  }
};

/** Nobody is always first. */
const turned = <Item>(items: readonly Item[], by: number): Item[] => [
  ...items.slice(by % items.length),
  ...items.slice(0, by % items.length),
];

const samplesOf = (samples: Samples, row: string, name: ContenderName): number[] => {
  const ofRow = samples.get(row) ?? new Map<ContenderName, number[]>();
  const ofContender = ofRow.get(name) ?? [];
  samples.set(row, ofRow.set(name, ofContender));
  return ofContender;
};

const checkAnswers = async (
  processes: readonly ContenderProcess[],
  cases: readonly Case[],
): Promise<void> => {
  for (const [index, { row, flags, overrides }] of cases.entries()) {
    const asked = benchFlags(flags, overrides);
    const byName = new Map<ContenderName, string>();
    for (const each of processes) {
      const answers = await each.answer(index);
      byName.set(each.name, JSON.stringify(answers));
      const [fault, ...more] = faultsOf(answers, asked);
      if (fault !== undefined) {
        throw new Error(`${row}: ${each.name} ${fault} (and ${more.length} more)`);
      }
    }
    const [guidon, limit] = [byName.get('guidon'), byName.get('limit')];
    if (guidon !== undefined && limit !== undefined && guidon !== limit) {
      throw new Error(`${row}: Guidon and the limit use the same bucket and still differ`);
    }
  }
};

/** How often each process has to be asked, by case, for a round to last as long as the plan says. */
const warmUp = async (
  { warmUpMs, roundMs }: Plan,
  processes: readonly ContenderProcess[],
  cases: readonly Case[],
): Promise<Map<ContenderProcess, number[]>> => {
  const times = new Map<ContenderProcess, number[]>(processes.map((each) => [each, []]));
  for (const index of cases.keys()) {
    for (const each of processes) {
      let count = 1;
      let spentMs = 0;
      while (spentMs < warmUpMs) {
        const eachMs = (await each.time(index, count)) / 1e6;
        spentMs += eachMs * count;
        count = Math.max(1, Math.min(count * 4, Math.round(roundMs / eachMs)));
      }
      times.get(each)?.push(count);
    }
  }
  return times;
};
