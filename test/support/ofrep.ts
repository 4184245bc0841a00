import { setTimeout as sleep } from 'node:timers/promises';
import { OfrepFailureSchema } from '../../shared/contract/ofrep-answer';
import { type Answer, eventually, type GuidonInstance, type RequestOptions } from './guidon-instance';

export const OFREP = '/ofrep/v1/evaluate/flags';

/** Where the store is slow, values are of the last good state, and say so: such an answer is asked for again. */
const untilNotStale = (ask: () => Promise<Answer>): Promise<Answer> =>
  eventually(ask, ({ text }) => {
    expect(text).not.toContain('"reason":"STALE"');
  });

/** Each container asks every half second what has changed, the next time it is called: behind this all know what was written. */
export const everyContainerKnows = (): Promise<void> => sleep(1_000);

const BELIEVED_AFTER_MS = 3_000;

/** A container that could not ask what has changed does not know a new flag, and cannot say so: that is asked again. */
const untilFound = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const until = Date.now() + BELIEVED_AFTER_MS;
  for (;;) {
    const answer = await ask();
    if (answer.status !== 404 || Date.now() > until) {
      return answer;
    }
    await sleep(200);
  }
};

/** What a client of OFREP asks in the tests, over a running instance. */
export const ofrepOf = (instance: () => GuidonInstance) => ({
  one: (key: string, context?: unknown, options: RequestOptions = {}): Promise<Answer> =>
    untilFound(() =>
      untilNotStale(() => instance().call('POST', `${OFREP}/${key}`, { body: { context }, ...options })),
    ),
  all: (context?: unknown, options: RequestOptions = {}, query = ''): Promise<Answer> =>
    untilNotStale(() => instance().call('POST', `${OFREP}${query}`, { body: { context }, ...options })),
});

/** The answer is a failure of this status and code, in the form that clients of OFREP understand. */
export const expectFailure = (answer: Answer, status: number, errorCode: string, key?: string) => {
  const failure = OfrepFailureSchema.parse(answer.body);
  expect({ status: answer.status, errorCode: failure.errorCode, key: failure.key }).toEqual({
    status,
    errorCode,
    key,
  });
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('x-request-id')).toBeTruthy();
  return failure;
};
