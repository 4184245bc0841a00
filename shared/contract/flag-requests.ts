import * as z from 'zod';
import {
  ChangeFlagStateRequestSchema,
  CopyFlagRequestSchema,
  CreateFlagRequestSchema,
  FlagStateSchema,
  UpdateFlagRequestSchema,
} from './flag';
import { pagingParameters, switchParameter } from './parameters';

/** What the routes of flags take: query parameters besides `environment`, and the body. */

/** `force`: also where values of overrides no longer fit; these are switched off. */
const redefinition = { dryRun: switchParameter, force: switchParameter };

const dryRun = { dryRun: switchParameter };

export const createFlagRequest = { query: dryRun, body: CreateFlagRequestSchema };

export const listFlagsRequest = {
  query: {
    ...pagingParameters,
    q: z.string().max(200).optional(),
    tag: z.string().max(64).optional(),
    state: FlagStateSchema.optional(),
  },
};

export const updateFlagRequest = { query: redefinition, body: UpdateFlagRequestSchema };

export const deleteFlagRequest = { query: dryRun };

export const changeFlagStateRequest = { query: dryRun, body: ChangeFlagStateRequestSchema };

export const copyFlagRequest = { query: redefinition, body: CopyFlagRequestSchema };
