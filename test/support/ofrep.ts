import { OfrepFailureSchema } from '../../shared/contract/ofrep-answer';
import type { Answer, GuidonInstance, RequestOptions } from './guidon-instance';

export const OFREP = '/ofrep/v1/evaluate/flags';

/** What a client of OFREP asks in the tests, over a running instance. */
export const ofrepOf = (instance: () => GuidonInstance) => ({
  one: (key: string, context?: unknown, options: RequestOptions = {}): Promise<Answer> =>
    instance().call('POST', `${OFREP}/${key}`, { body: { context }, ...options }),
  all: (context?: unknown, options: RequestOptions = {}, query = ''): Promise<Answer> =>
    instance().call('POST', `${OFREP}${query}`, { body: { context }, ...options }),
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
