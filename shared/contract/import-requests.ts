import * as z from 'zod';
import {
  BulkUserOverridesRequestSchema,
  CopyUserOverridesRequestSchema,
  CreateImportRequestSchema,
} from './import';
import { switchParameter } from './parameters';

/** What the routes of imports and exports take: query parameters besides `environment`, and the JSON body. */

export const bulkUserOverridesRequest = {
  query: { dryRun: switchParameter },
  body: BulkUserOverridesRequestSchema,
};

export const copyUserOverridesRequest = {
  query: { dryRun: switchParameter },
  body: CopyUserOverridesRequestSchema,
};

export const exportUserOverridesRequest = { query: { cursor: z.string().optional() } };

export const createImportRequest = { query: {}, body: CreateImportRequestSchema };

export const startImportRequest = { query: { dryRun: switchParameter } };
