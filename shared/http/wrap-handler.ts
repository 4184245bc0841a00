import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { withDeadline } from '../deadline';
import type { Area } from '../ports';
import { answerProblems, type AnswerProblemsParts } from './answer-problems';
import type { HttpEvent } from './request';
import type { HttpResponse } from './responses';

/** In milliseconds; the callers of evaluation wait with a page. The function's own time-out may be stricter. */
const BUDGET_MS: Readonly<Record<Area, number>> = { evaluation: 800, admin: 3_000, plain: 1_000 };

/** Left over at the end of a function's time to answer in. */
const MARGIN_MS = 200;

export type HttpHandler = (event: HttpEvent, context: Context) => Promise<HttpResponse>;

/** What every HTTP function has: a deadline, problems for failures, a request id, one log line. */
export const wrapHandler = (
  answer: (event: HttpEvent) => Promise<HttpResponse>,
  options: AnswerProblemsParts & { readonly budgetMs?: number },
): HttpHandler => {
  const chain = middy<HttpEvent, HttpResponse>().use(answerProblems(options)).handler(answer);
  return (event, context) =>
    withDeadline(
      Math.min(options.budgetMs ?? BUDGET_MS[options.area], context.getRemainingTimeInMillis() - MARGIN_MS),
      () => chain(event, context),
    );
};
