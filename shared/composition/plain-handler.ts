import type { HttpEvent } from '../http/request';
import type { HttpResponse } from '../http/responses';
import { type HttpHandler, wrapHandler } from '../http/wrap-handler';
import { startInvocation, telemetry } from '../telemetry';

/** The handler of a function without identity, environment or data; it needs no configuration either. */
export const composePlainHandler = (answer: (event: HttpEvent) => Promise<HttpResponse>): HttpHandler =>
  wrapHandler(answer, { area: 'plain', telemetry, startInvocation });
