import type { MiddlewareObj } from '@middy/core';
import { FlagError } from '../errors';
import type { Area, Telemetry } from '../ports';
import { problemResponse, statusOf } from './problem';
import type { HttpEvent } from './request';
import type { HttpResponse } from './responses';

export interface AnswerProblemsParts {
  readonly telemetry: Telemetry;
  readonly startInvocation: (requestId: string, functionName: string) => void;
  readonly area: Area;
  /** @default - problem details */
  readonly failure?: (error: FlagError, event: HttpEvent) => HttpResponse;
}

interface Outcome {
  startedAt: number;
  code?: string;
}

/** An answer of a function, which is JSON with the body as a text in it. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
/** JSON writes no character with more bytes than this, so that most answers need not be measured. */
const MAX_CHARACTER_BYTES = 6;

/** Lists end before that; what shows a whole environment at once may be too much where values are long. */
const checkSize = (response: HttpResponse): void => {
  const isSmall = (response.body ?? '').length * MAX_CHARACTER_BYTES < MAX_ANSWER_BYTES / 2;
  if (!isSmall && Buffer.byteLength(JSON.stringify(response)) > MAX_ANSWER_BYTES) {
    throw new FlagError('INTERNAL', 'The answer has more than the 6 MB that a function can give.');
  }
};

/** The gateway hands the path over decoded. */
const uriOf = (path: string): string => encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F');

const problem = (error: FlagError, { rawPath, requestContext: { requestId } }: HttpEvent): HttpResponse =>
  problemResponse(error, { path: uriOf(rawPath), requestId });

/** A bug is answered as one: the caller learns nothing, the log everything. */
const expected = (error: unknown): FlagError =>
  error instanceof FlagError
    ? error
    : new FlagError('INTERNAL', 'Something went wrong on our side.', { cause: error });

/** Gives every answer its request id, turns failures into answers, and writes the one line of the request. */
export const answerProblems = ({
  telemetry,
  startInvocation,
  area,
  failure = problem,
}: AnswerProblemsParts): MiddlewareObj<HttpEvent, HttpResponse> => {
  const outcomes = new WeakMap<HttpEvent, Outcome>();

  const finish = (event: HttpEvent, response: HttpResponse): HttpResponse => {
    const outcome = outcomes.get(event);
    telemetry.info('request', {
      route: event.routeKey,
      status: response.statusCode,
      code: outcome?.code,
      durationMs: Math.round((performance.now() - (outcome?.startedAt ?? 0)) * 10) / 10,
    });
    return { ...response, headers: { ...response.headers, 'x-request-id': event.requestContext.requestId } };
  };

  return {
    before: ({ event, context }) => {
      outcomes.set(event, { startedAt: performance.now() });
      startInvocation(event.requestContext.requestId, context.functionName);
    },
    after: (request) => {
      if (request.response) {
        checkSize(request.response);
        request.response = finish(request.event, request.response);
      }
    },
    onError: (request) => {
      const { event } = request;
      const error = expected(request.error);
      const status = statusOf(error.code);
      if (error.code === 'INTERNAL') {
        telemetry.error('request failed', { route: event.routeKey, error: request.error });
      } else if (status >= 500) {
        telemetry.warn('request not served', { route: event.routeKey, error: error.cause });
      }
      if (status >= 500) {
        telemetry.count('ServerErrors', { area });
      }
      const outcome = outcomes.get(event);
      if (outcome !== undefined) {
        outcome.code = error.code;
      }
      request.response = finish(event, failure(error, event));
    },
  };
};
