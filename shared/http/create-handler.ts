import type * as z from 'zod';
import type { AnswerProblemsParts } from './answer-problems';
import { parseJsonBody } from './parse-json-body';
import { type Caller, identify } from './principal';
import { type HttpEvent, readRequest, type Request } from './request';
import type { HttpResponse } from './responses';
import type { TokenVerifier } from './token-verifier';
import { type HttpHandler, wrapHandler } from './wrap-handler';

export interface EndpointParts extends AnswerProblemsParts {
  readonly verifier: TokenVerifier;
  readonly environments: readonly string[];
  readonly defaultEnvironment: string;
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

/** Evaluation has a tighter budget than administration: its callers wait with a page. */
export const EVALUATION_BUDGET_MS = 800;
export const ADMIN_BUDGET_MS = 3_000;

/** A Lambda handler around an endpoint: who is calling, what is asked, within which time. */
export const createHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  parts: EndpointParts,
): HttpHandler => {
  const { caller, query = {} as Query, body, budgetMs } = endpoint;
  const answer = async (event: HttpEvent): Promise<HttpResponse> => {
    const principal = await identify(event.headers['authorization'], caller, parts.verifier);
    if (body !== undefined) {
      await parseJsonBody(event);
    }
    return endpoint.answer(readRequest(event, principal, { query, body }, parts));
  };
  return wrapHandler(answer, { ...parts, budgetMs });
};
