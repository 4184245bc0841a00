import type { Context } from 'aws-lambda';
import type { HttpEvent } from '../../../shared/http/request';
import { ok } from '../../../shared/http/responses';
import { wrapHandler } from '../../../shared/http/wrap-handler';
import { startInvocation, telemetry } from '../../../shared/telemetry';

const event = {
  routeKey: 'GET /x',
  rawPath: '/x',
  requestContext: { requestId: 'r-1', http: { method: 'GET' } },
} as unknown as HttpEvent;
const context = { getRemainingTimeInMillis: () => 10_000, functionName: 'x' } as unknown as Context;

const answerOf = (text: string) =>
  wrapHandler(async () => ok(text), {
    telemetry,
    startInvocation,
    area: 'plain',
  })(event, context);

const LIMIT = 6 * 1024 * 1024;

it.each([
  { what: 'plain text', text: 'x'.repeat(LIMIT - 1_000), status: 200 },
  { what: 'more plain text', text: 'x'.repeat(LIMIT), status: 500 },
  // two in the body, four in the answer that the body is a text in
  { what: 'quotes', text: '"'.repeat(LIMIT / 4 - 1_000), status: 200 },
  { what: 'more quotes', text: '"'.repeat(LIMIT / 4), status: 500 },
  { what: 'more of what takes three bytes', text: '€'.repeat(LIMIT / 3), status: 500 },
])('an answer of $what, at the size that a function can give, is $status', async ({ text, status }) => {
  const answer = await answerOf(text);
  expect(answer.statusCode).toBe(status);
  expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(LIMIT);
  if (status === 500) {
    expect(JSON.parse(answer.body ?? '')).toMatchObject({
      code: 'INTERNAL',
      detail: 'The answer has more than the 6 MB that a function can give.',
      requestId: 'r-1',
    });
  }
});
