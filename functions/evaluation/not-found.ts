import { composePlainHandler } from '../../shared/composition/plain-handler';
import { FlagError } from '../../shared/errors';

export const handler = composePlainHandler(async (event) => {
  throw new FlagError('NOT_FOUND', `There is no ${event.requestContext.http.method} ${event.rawPath} here.`);
});
