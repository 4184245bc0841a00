import type { Asker, BenchFlag } from './workload';

/** Something that can answer the workload. `Context` is an asker in the contender's own words. */
export interface Contender<Context> {
  contextOf(asker: Asker): Context;
  /** The flags in the contender's own format: JSON text, or the path of a file with it. */
  write(flags: readonly BenchFlag[]): string;
  /** From what `write` gave to ready for questions. */
  load(written: string): Evaluator<Context> | Promise<Evaluator<Context>>;
}

export interface Evaluator<Context> {
  /** For contenders whose overrides are read by user instead of being part of the flag. */
  readOverrides?(flags: readonly BenchFlag[]): void;
  /** The question that is asked again and again of one flag. */
  one(flagKey: string): (context: Context) => boolean | Promise<boolean>;
  /** Every flag for one asker, answered in the contender's own way. */
  all(context: Context): unknown;
  /** What such an answer says, by flag key. */
  answersIn(all: unknown): ReadonlyMap<string, boolean>;
  close?(): void;
}
