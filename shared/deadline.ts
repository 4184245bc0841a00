import { AsyncLocalStorage } from 'node:async_hooks';

/** Epoch milliseconds by which the request at hand must be answered; everything it awaits inherits it. */
const deadlines = new AsyncLocalStorage<number>();

/** Runs `work` so that every store call in it ends within `budgetMs`, or within a stricter deadline around it. */
export const withDeadline = <Result>(budgetMs: number, work: () => Promise<Result>): Promise<Result> =>
  deadlines.run(Math.min(Date.now() + budgetMs, deadlines.getStore() ?? Infinity), work);

/** Like {@link withDeadline} for work that others wait for too, or that must have its time: an outer deadline does not count. */
export const withOwnDeadline = <Result>(budgetMs: number, work: () => Promise<Result>): Promise<Result> =>
  deadlines.run(Date.now() + budgetMs, work);

/** Milliseconds left, `Infinity` outside any deadline, never negative. */
export const remainingMs = (): number => Math.max(0, (deadlines.getStore() ?? Infinity) - Date.now());

/** Aborts when the deadline has passed; undefined outside any deadline. */
export const deadlineSignal = (): AbortSignal | undefined => {
  const left = remainingMs();
  return left === Infinity ? undefined : AbortSignal.timeout(left);
};
