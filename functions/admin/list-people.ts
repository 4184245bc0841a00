import { CognitoUserDirectory } from '../../shared/cognito/user-directory';
import { composeHandler } from '../../shared/composition/handlers';
import { readConfig } from '../../shared/config';
import { listPeopleRequest, type Person } from '../../shared/contract/person';
import type { Page } from '../../shared/contract/primitives';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { listingOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const userPool = new CognitoUserDirectory(readConfig().userPoolId);

const POSITION = /^\d{1,9}:\S{0,4000}$/;

export const handler = composeHandler({
  caller: 'viewer',
  ...listPeopleRequest,
  area: 'admin',
  answer: async (request) => {
    const { limit, cursor, q } = request.query;
    const listing = listingOf(request);
    const after = decodeCursor(listing, cursor, POSITION);
    const { people, next } = await userPool.list({ q, after, limit });
    const page: Page<Person> = { items: people, nextCursor: encodeCursor(listing, next) };
    return ok(page);
  },
});
