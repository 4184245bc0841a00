import { FlagError } from '../../shared/errors';

/** The code that a service refuses with. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof FlagError ? error.code : String(error)),
  );
