import { pagingParameters, switchParameter } from './parameters';
import { CreateSegmentRequestSchema, ReplaceSegmentRequestSchema } from './segment';

/** What the routes of segments take: query parameters besides `environment`, and the body. */

const dryRun = { dryRun: switchParameter };

export const createSegmentRequest = { query: dryRun, body: CreateSegmentRequestSchema };

export const listSegmentsRequest = { query: pagingParameters };

export const replaceSegmentRequest = { query: dryRun, body: ReplaceSegmentRequestSchema };

export const deleteSegmentRequest = { query: dryRun };
