import { GROUPS, type Case } from './cases';
import type { Contender, Evaluator } from './contender';
import type { Answers, Command, Reply } from './messages';
import { askers, benchFlags, type BenchFlag } from './workload';

/** What can be asked of an opened case. */
interface Opened {
  answers(): Promise<Answers>;
  /** Asks as many times; the clock is read outside. */
  run(times: number): void | Promise<void>;
  close(): void;
}

/** Keeps what is measured from being optimised away. */
const sink: { last: unknown } = { last: undefined };

/** Askers whose answers are shown: for many flags fewer, so that it does not take longer than the measurement. */
const askedAbout = (flags: number): number => Math.min(askers.length, Math.ceil(50_000 / flags));

const asText = (answers: readonly (boolean | undefined)[]): string =>
  answers.map((isOn) => (isOn === undefined ? '?' : isOn ? '1' : '0')).join('');

/** Runs a contender as a process of its own, which does what its parent's messages say. */
export const serveContender = <Context>(contender: Contender<Context>): void => {
  let opened: readonly Opened[] = [];

  const obey = async (command: Command): Promise<Reply> => {
    if (command.do === 'open') {
      opened.forEach((each) => {
        each.close();
      });
      opened = [];
      for (const each of GROUPS[command.group] ?? []) {
        opened = [...opened, await openCase(contender, each)];
      }
      return { opened: opened.length };
    }
    const one = opened[command.index];
    if (one === undefined) {
      throw new Error(`there is no case ${command.index}`);
    }
    return command.do === 'answer' ? { answers: await one.answers() } : timed(one, command.times);
  };

  process.on('message', (command: Command) => {
    obey(command).then(
      (reply) => process.send?.(reply),
      (error: unknown) => process.send?.({ failure: error instanceof Error ? error.stack : String(error) }),
    );
  });
};

const timed = async (opened: Opened, times: number): Promise<Reply> => {
  const startedAt = process.hrtime.bigint();
  const running = opened.run(times);
  if (running !== undefined) {
    await running;
  }
  return { nanoseconds: Number(process.hrtime.bigint() - startedAt) };
};

const openCase = async <Context>(contender: Contender<Context>, each: Case): Promise<Opened> => {
  const flags = benchFlags(each.flags, each.overrides);
  const written = contender.write(flags);
  if (each.kind === 'load') {
    return openLoading(contender, written, flags);
  }
  const evaluator = await contender.load(written);
  evaluator.readOverrides?.(flags);
  const contexts = askers.map((asker) => contender.contextOf(asker));
  const isOne = each.kind === 'one';
  const ask = isOne ? evaluator.one(flags[0]?.key ?? '') : (context: Context) => evaluator.all(context);
  return {
    answers: () =>
      isOne ? answersOfOne(evaluator, contexts, flags) : answersOfAll(evaluator, contexts, flags),
    run: running(ask, contexts),
    close: () => evaluator.close?.(),
  };
};

/** One asker after the other, going on where the last run ended. */
const running = <Context>(
  ask: (context: Context) => unknown,
  contexts: readonly Context[],
): Opened['run'] => {
  let next = 0;
  const following = (): Context => {
    next = next + 1 === contexts.length ? 0 : next + 1;
    return contexts[next] as Context;
  };
  const runAsync = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      sink.last = await ask(following());
    }
  };
  const runSync = (times: number): void => {
    for (let count = 0; count < times; count += 1) {
      sink.last = ask(following());
    }
  };
  return ask(following()) instanceof Promise ? runAsync : runSync;
};

const openLoading = <Context>(
  contender: Contender<Context>,
  written: string,
  flags: readonly BenchFlag[],
): Opened => ({
  answers: async () => {
    const evaluator = await contender.load(written);
    evaluator.readOverrides?.(flags);
    const contexts = askers.map((asker) => contender.contextOf(asker));
    const answers = await answersOfAll(evaluator, contexts, flags);
    evaluator.close?.();
    return answers;
  },
  run: async (times) => {
    for (let count = 0; count < times; count += 1) {
      const evaluator = await contender.load(written);
      sink.last = evaluator;
      evaluator.close?.();
    }
  },
  close: () => undefined,
});

const answersOfOne = async <Context>(
  evaluator: Evaluator<Context>,
  contexts: readonly Context[],
  flags: readonly BenchFlag[],
): Promise<Answers> => {
  const key = flags[0]?.key ?? '';
  const ask = evaluator.one(key);
  const answers: boolean[] = [];
  for (const context of contexts) {
    answers.push(await ask(context));
  }
  return { [key]: asText(answers) };
};

const answersOfAll = async <Context>(
  evaluator: Evaluator<Context>,
  contexts: readonly Context[],
  flags: readonly BenchFlag[],
): Promise<Answers> => {
  const answers = new Map<string, (boolean | undefined)[]>(flags.map(({ key }) => [key, []]));
  for (const context of contexts.slice(0, askedAbout(flags.length))) {
    const all = evaluator.answersIn(await evaluator.all(context));
    answers.forEach((given, key) => given.push(all.get(key)));
  }
  return Object.fromEntries([...answers].map(([key, given]) => [key, asText(given)]));
};
