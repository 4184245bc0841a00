import openapi from '../../docs/openapi.json';
import { composePlainHandler } from '../../shared/composition/plain-handler';
import { published } from '../../shared/http/responses';

export const handler = composePlainHandler(async ({ headers }) =>
  published(openapi, headers['if-none-match']),
);
