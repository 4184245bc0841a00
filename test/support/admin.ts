import { randomUUID } from 'node:crypto';
import { ProblemSchema } from '../../shared/contract/problem';
import { type Answer, type GuidonInstance } from './guidon-instance';

export const FLAGS = '/api/admin/flags';

/** What an admin does in the tests, over a running instance. */
export const adminOf = (instance: () => GuidonInstance) => {
  const suite = randomUUID().slice(0, 8);
  let made = 0;
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    instance().call(method, path, { as: 'admin', ...(body !== undefined && { body }), headers });
  return {
    ask,
    /** Creates a flag of a key that no other suite has, and gives its path. */
    makeFlag: async (fields: Record<string, unknown> = {}): Promise<string> => {
      made += 1;
      const key = `made-${suite}-${made}`;
      expect(await ask('POST', FLAGS, { key, ...fields })).toMatchObject({ status: 201 });
      return `${FLAGS}/${key}`;
    },
  };
};

export const keyOf = (flagPath: string): string => flagPath.slice(FLAGS.length + 1);

export const newUserId = (): string => randomUUID();

/** The answer is a problem of this status and code, in the form all problems have. */
export const expectProblem = (answer: Answer, status: number, code: string) => {
  const problem = ProblemSchema.parse(answer.body);
  expect(problem).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('x-request-id')).toBe(problem.requestId);
  return problem;
};
