import {
  bulkUserOverridesRequest,
  copyUserOverridesRequest,
  createImportRequest,
  exportUserOverridesRequest,
  startImportRequest,
} from '../../shared/contract/import-requests';
import type { Operation } from '../operation';

const COLUMNS =
  'A header row with `userId`, `overrideType`, `reason` and `expiresAt` in any order, then a row for each override.';

export const importOperations = {
  'POST /api/admin/flags/{flagKey}/users/bulk': {
    tag: 'Overrides',
    summary: 'Include or exclude many users',
    description:
      'Up to 1,000 rows at once; more go through imports. Rows that are not possible are rejected one by one. It counts once against the limit.',
    request: bulkUserOverridesRequest,
    csv: `${COLUMNS} \`userId\` and \`overrideType\` have to be there.`,
    answers: { 200: { description: 'What became of the rows.', body: 'BulkUserOverridesResponse' } },
    problems: ['FLAG_NOT_FOUND', 'RATE_LIMITED'],
  },
  'POST /api/admin/flags/{flagKey}/users/copy': {
    tag: 'Overrides',
    summary: 'Copy the overrides of a flag to another flag',
    description:
      'Includes, excludes and those values that fit the other flag. It is an import of the other flag: it can be looked at and undone there.',
    request: copyUserOverridesRequest,
    answers: {
      200: { description: 'It is done.', body: 'Import', headers: ['ETag'] },
      202: { description: 'It goes on.', body: 'Import', headers: ['ETag', 'Location'] },
    },
    problems: ['FLAG_NOT_FOUND', 'RATE_LIMITED'],
  },
  'GET /api/admin/flags/{flagKey}/users.csv': {
    tag: 'Overrides',
    summary: 'Export the includes and excludes of a flag',
    description:
      'Pages of at most 10,000 rows. A cell that a spreadsheet would take for a formula begins with an apostrophe, which an import takes away again.',
    request: exportUserOverridesRequest,
    parameters: { cursor: 'As in the `Link` of the page before.' },
    answers: {
      200: { description: 'A page of overrides.', body: 'text', mediaType: 'text/csv', headers: ['Link'] },
    },
    problems: ['FLAG_NOT_FOUND'],
  },
  'POST /api/admin/flags/{flagKey}/imports': {
    tag: 'Overrides',
    summary: 'Create an import',
    description: 'Of up to a million rows, which are sent in parts.',
    request: createImportRequest,
    answers: { 201: { description: 'An open import.', body: 'Import', headers: ['ETag', 'Location'] } },
    problems: ['FLAG_NOT_FOUND'],
  },
  'PUT /api/admin/flags/{flagKey}/imports/{importId}/parts/{part}': {
    tag: 'Overrides',
    summary: 'Send a part of an import',
    description: 'Up to 4 MB. A part of the same number is replaced.',
    csv: `${COLUMNS} Each part has one. What the import has a default for may be missing.`,
    answers: { 200: { description: 'It is kept.', body: 'ImportPart' } },
    problems: ['FLAG_NOT_FOUND', 'NOT_FOUND', 'IN_USE'],
  },
  'POST /api/admin/flags/{flagKey}/imports/{importId}/start': {
    tag: 'Overrides',
    summary: 'Start an import',
    description:
      'After a dry run it can be started again. A start that is no dry run counts once against the limit.',
    request: startImportRequest,
    answers: { 202: { description: 'It runs.', body: 'Import', headers: ['ETag', 'Location'] } },
    problems: ['FLAG_NOT_FOUND', 'NOT_FOUND', 'IN_USE', 'RATE_LIMITED'],
  },
  'GET /api/admin/flags/{flagKey}/imports/{importId}': {
    tag: 'Overrides',
    summary: 'Read an import',
    answers: { 200: { description: 'The import as far as it has come.', body: 'Import', headers: ['ETag'] } },
    problems: ['FLAG_NOT_FOUND', 'NOT_FOUND'],
  },
  'DELETE /api/admin/flags/{flagKey}/imports/{importId}': {
    tag: 'Overrides',
    summary: 'Cancel or delete an import',
    answers: {
      200: { description: 'It ran, and is stopped: what was done stays.', body: 'Import', headers: ['ETag'] },
      204: { description: 'It was open, and is gone.' },
    },
    problems: ['FLAG_NOT_FOUND', 'NOT_FOUND', 'IN_USE'],
  },
  'POST /api/admin/flags/{flagKey}/imports/{importId}/undo': {
    tag: 'Overrides',
    summary: 'Undo an import',
    description:
      'Each override is made what it was before, unless somebody has changed it since. It counts once against the limit.',
    answers: { 202: { description: 'It is being undone.', body: 'Import', headers: ['ETag', 'Location'] } },
    problems: ['FLAG_NOT_FOUND', 'NOT_FOUND', 'IN_USE', 'RATE_LIMITED'],
  },
} as const satisfies Record<string, Operation>;
