import {
  BulkUserOverridesRequestSchema,
  CopyUserOverridesRequestSchema,
  CreateImportRequestSchema,
  RejectedRowSchema,
} from '../../shared/contract/import';
import {
  BulkUserOverridesResponseSchema,
  ImportPartSchema,
  ImportSchema,
} from '../../shared/contract/import-answers';
import { named } from '../named-schema';

const expiresAt = 'A moment in the future, or null.';

export const importSchemas = {
  BulkUserOverridesRequest: named(
    BulkUserOverridesRequestSchema,
    'The same include or exclude for many users.',
    { userIds: 'What is no user id is rejected by itself.', expiresAt },
    { overrideType: 'include', userIds: ['7d3f0c2a-5b1e-4c8d-9a6f-2e4b8c1d7f30'], reason: 'Beta testers' },
  ),
  RejectedRow: named(RejectedRowSchema, 'A row that was not taken.', {
    row: 'Among the rows of data, from 1.',
    code: 'For programs.',
    message: 'For people.',
  }),
  BulkUserOverridesResponse: named(BulkUserOverridesResponseSchema, 'What became of the rows.', {
    accepted: 'Rows that are so now, whether they changed something or not.',
  }),
  CreateImportRequest: named(
    CreateImportRequestSchema,
    'What rows have that lack it.',
    { expiresAt },
    { overrideType: 'include', reason: 'Pilot in Lisbon' },
  ),
  CopyUserOverridesRequest: named(CopyUserOverridesRequestSchema, 'Where to.', {
    to: 'Another flag of the environment.',
  }),
  ImportPart: named(ImportPartSchema, 'A part as it was taken.', { rows: 'Rows of data.' }),
  Import: named(ImportSchema, 'An import as far as it has come.', {
    copiedFrom: 'The other flag, of a copy.',
    dryRun: 'Nothing is written, and the counts say what would be.',
    progress: '`rows` is null where it is not known before the end.',
    unchanged: 'Accepted rows that were so already, or that a later row of their part replaces.',
    undo: '`left`: overrides that somebody has changed or removed since; known at the end. `switchedOff`: those that were put back with a value that no longer fits the flag.',
    redo: 'As `undo`, of what the undo had taken away; `left` has what is over by now as well.',
    errors: 'The first thousand of the rejected rows.',
    failure: 'Why it failed.',
  }),
};
