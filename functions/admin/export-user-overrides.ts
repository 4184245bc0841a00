import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideExport } from '../../shared/composition/override-export';
import { exportUserOverridesRequest } from '../../shared/contract/import-requests';
import { decodeCursor, encodeCursor } from '../../shared/http/cursor';
import { flagKeyOf, listingOf, placeOf } from '../../shared/http/request';
import { csvFile } from '../../shared/http/responses';

const overrides = composeOverrideExport();

const POSITION = /^USER#[^#]{1,128}#[a-z]+$/;

export const handler = composeHandler({
  caller: 'viewer',
  ...exportUserOverridesRequest,
  area: 'admin',
  budgetMs: 8_000,
  answer: async (request) => {
    const listing = listingOf(request);
    const flagKey = flagKeyOf(request);
    const after = decodeCursor(listing, request.query.cursor, POSITION);
    const { text, next } = await overrides.page(request.environment, flagKey, after);
    const cursor = encodeCursor(listing, next);
    const path = `/api/admin/flags/${flagKey}/users.csv`;
    const link = cursor === null ? undefined : placeOf(request, path, { cursor });
    return csvFile(text, `${flagKey}-users.csv`, link);
  },
});
