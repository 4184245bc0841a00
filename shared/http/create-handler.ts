import type * as z from 'zod';
import type { Area } from '../ports';
import type { AnswerProblemsParts } from './answer-problems';
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
  readonly area: Area;
  /** How a failure is answered. @default - with problem details */
  readonly failure?: AnswerProblemsParts['failure'];
  readonly answer: (request: Request<z.infer<z.ZodObject<Query>>, z.infer<Body>>) => Promise<HttpResponse>;
}

/** A Lambda handler around an endpoint: who is calling, what is asked, within which time. */
export const createHandler = <Query extends z.ZodRawShape, Body extends z.ZodType>(
  endpoint: Endpoint<Query, Body>,
  parts: EndpointParts,
): HttpHandler => {
  const { caller, query = {} as Query, body, area, failure } = endpoint;
  const answer = async (event: HttpEvent): Promise<HttpResponse> => {
    const principal = isSigned(event)
      ? identifySigner(event)
      : await identify(event.headers['authorization'], caller, parts);
    if (body !== undefined) {
      await parseJsonBody(event);
    }
    return endpoint.answer(readRequest(event, principal, { query, body }, parts));
  };
  return wrapHandler(answer, { ...parts, area, ...(failure && { failure }) });
};
