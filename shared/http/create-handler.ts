import type * as z from 'zod';
import type { Area } from '../ports';
import type { AnswerProblemsParts } from './answer-problems';
import { csvBodyOf } from './csv-body';
import { parseJsonBody } from './parse-json-body';
import { type Caller, identify, type IdentityParts } from './principal';
import { type HttpEvent, readRequest, type Request } from './request';
import type { HttpResponse } from './responses';
import { identifySigner, isSigned } from './signed-caller';
import { type HttpHandler, wrapHandler } from './wrap-handler';

export interface EndpointParts extends Omit<AnswerProblemsParts, 'area' | 'failure'>, IdentityParts {
  readonly environments: readonly string[];
  readonly defaultEnvironment: string;
}

export interface Endpoint<Query extends z.ZodRawShape, Body extends z.ZodType> {
  readonly caller: Caller;
  /** Query parameters besides `environment`. Others are refused. */
  readonly query?: Query;
  /** Without it a body is not read. */
  readonly body?: Body;
  /** Takes `text/csv` too, or alone where there is no `body`; it is not read further here. */
  readonly takesCsv?: boolean;
  readonly area: Area;
  /** What a request may take, in milliseconds. @default - that of the area */
  readonly budgetMs?: number;
  /** How a failure is answered. @default - with problem details */
  readonly failure?: AnswerProblemsParts['failure'];
  readonly answer: (request: Request<z.infer<z.ZodObject<Query>>, z.infer<Body>>) => Promise<HttpResponse>;
}

/** A Lambda handler around an endpoint: who is calling, what is asked, within which time. */
export const createHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  parts: EndpointParts,
): HttpHandler => {
  const { caller, query = {} as Query, body, takesCsv = false, area, budgetMs, failure } = endpoint;
  const answer = async (event: HttpEvent): Promise<HttpResponse> => {
    const principal = isSigned(event)
      ? identifySigner(event)
      : await identify(event.headers['authorization'], caller, parts);
    const csv = takesCsv ? csvBodyOf(event, body === undefined) : undefined;
    if (body !== undefined && csv === undefined) {
      await parseJsonBody(event, takesCsv);
    }
    const expected = { query, body: csv === undefined ? body : undefined };
    return endpoint.answer({ ...readRequest(event, principal, expected, parts), csv });
  };
  return wrapHandler(answer, {
    ...parts,
    area,
    ...(failure && { failure }),
    ...(budgetMs !== undefined && { budgetMs }),
  });
};
