import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { withDeadline } from '../deadline';
import type { Telemetry } from '../ports';
import { answerProblems } from './answer-problems';
import { type Caller, identify } from './principal';
import { parseJsonBody } from './parse-json-body';
import { type HttpEvent, readRequest, type Request } from './request';
import type { HttpResponse } from './responses';
import type { TokenVerifier } from './token-verifier';

export interface EndpointParts {
  readonly verifier: TokenVerifier;
  readonly environments: readonly string[];
  readonly defaultEnvironment: string;
  readonly telemetry: Telemetry;
  readonly startInvocation: (requestId: string, functionName: string) => void;
}

export interface Endpoint<Query extends z.ZodRawShape, Body extends z.ZodType> {
  readonly caller: Caller;
  /** Query parameters besides `environment`. Others are refused. */
  readonly query?: Query;
  /** Without it a body is not read. */
  readonly body?: Body;
  /** How long the request may take, in milliseconds; the function's own time-out may be stricter. */
  readonly budgetMs: number;
  readonly answer: (request: Request<z.infer<z.ZodObject<Query>>, z.infer<Body>>) => Promise<HttpResponse>;
}

/** Left over at the end of a function's time to answer in. */
const MARGIN_MS = 200;

/** Evaluation has a tighter budget than administration: its callers wait with a page. */
export const EVALUATION_BUDGET_MS = 800;
export const ADMIN_BUDGET_MS = 3_000;

/** A Lambda handler around an endpoint: identity, limits, deadline, problems, one log line. */
export const createHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  parts: EndpointParts,
): ((event: HttpEvent, context: Context) => Promise<HttpResponse>) => {
  const { caller, query = {} as Query, body, budgetMs, answer } = endpoint;
  const run = async (event: HttpEvent): Promise<HttpResponse> => {
    const principal = await identify(event.headers['authorization'], caller, parts.verifier);
    return answer(readRequest(event, principal, { query, body }, parts));
  };
  const chain = middy<HttpEvent, HttpResponse>()
    .use(answerProblems(parts) as MiddlewareObj<HttpEvent, HttpResponse>)
    .use(body === undefined ? [] : [parseJsonBody()])
    .handler(run);
  return (event, context) =>
    withDeadline(
      Math.min(budgetMs, context.getRemainingTimeInMillis() - MARGIN_MS),
      () => chain(event, context) as Promise<HttpResponse>,
    );
};
