import * as z from 'zod';
import { IMPORT_STATES, RejectedRowSchema } from '../contract/import';
import { OverrideTypeSchema } from '../contract/override';
import type { ImportRecord, LeftByImport, NamedRejection } from '../import-ports';
import type { Item } from './table';

/** An import can be looked at, undone and redone for four weeks after its last step. */
export const IMPORT_SECONDS = 28 * 24 * 3600;

const WRITTEN = 'import';
const UNDONE = 'undo';

/** Differs from step to step: a change of ours leaves another id than it found. */
export const changeIdOfStep = ({ importId, state, version }: ImportRecord): string =>
  `${state === 'undoing' || state === 'undone' ? UNDONE : WRITTEN}-${importId}.${String(version)}`;

/** The import that a change id names, of which it is a step, or the undoing of one. */
export const importIdIn = (changeId: string): string | undefined =>
  /^(?:import|undo)-([0-9a-f-]{36})\.\d+$/.exec(changeId)?.[1];

const GenerationSchema = z.object({
  environment: z.string(),
  flagKey: z.string(),
  generation: z.string(),
});

const ImportItemSchema = GenerationSchema.extend({
  importId: z.string(),
  source: z.enum(['parts', 'bulk', 'copy']),
  copiedFrom: GenerationSchema.nullable(),
  state: z.enum(IMPORT_STATES),
  isDryRun: z.boolean(),
  defaults: z.object({
    overrideType: OverrideTypeSchema.nullable(),
    reason: z.string().nullable(),
    expiresAt: z.string().nullable(),
  }),
  parts: z.record(z.string(), z.object({ rows: z.number(), object: z.string() })),
  cursor: z.string(),
  counts: z.object({
    accepted: z.number(),
    rejected: z.number(),
    added: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    written: z.number(),
    restored: z.number(),
    undone: z
      .object({ added: z.number(), updated: z.number(), removed: z.number(), switchedOff: z.number() })
      .optional(),
    redone: z
      .object({ added: z.number(), updated: z.number(), switchedOff: z.number(), left: z.number() })
      .optional(),
  }),
  failure: z.string().nullable(),
  undoneFrom: z.enum(['done', 'cancelled', 'failed']).optional(),
  undoReason: z.string().optional(),
  attribution: z.object({
    actor: z.string(),
    ip: z.string().nullable(),
    userAgent: z.string().nullable(),
    route: z.string().nullable(),
    requestId: z.string().nullable(),
  }),
  createdBy: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  startedAt: z.string().nullable(),
  startedVersion: z.number(),
  finishedAt: z.string().nullable(),
  heldUntilMs: z.number(),
  version: z.number(),
});

/** Undefined where it has been deleted and waits for its collection. */
export const parseImportItem = (item: Item): ImportRecord | undefined =>
  item['removed'] === true ? undefined : ImportItemSchema.parse(item);

/** When an item of the import may be collected, so many seconds behind its last step. */
export const expiryOf = ({ updatedAt }: ImportRecord, seconds = IMPORT_SECONDS): number =>
  Math.floor(Date.parse(updatedAt) / 1000) + seconds;

export const importAttributes = (record: ImportRecord): Item => ({
  ...record,
  ttl: expiryOf(record),
});

const NamedRejectionSchema = RejectedRowSchema.extend({ part: z.number() });
const RejectedItemSchema = z.object({ rows: z.string() });

export const rejectedAttributes = (record: ImportRecord, rows: readonly NamedRejection[]): Item => ({
  rows: JSON.stringify(rows),
  ttl: expiryOf(record),
});

export const parseRejectedItem = (item: Item): NamedRejection[] =>
  z.array(NamedRejectionSchema).parse(JSON.parse(RejectedItemSchema.parse(item).rows));

export const LeftSchema = z.object({ importId: z.string(), step: z.number().int().nonnegative() });

/** What an override says of the import that left it. */
export const leftByImport = (left: LeftByImport | undefined): Item =>
  left === undefined ? {} : { importId: left.importId, step: left.step };

export const parseLeftByImport = (item: Item | undefined): LeftByImport | undefined =>
  LeftSchema.safeParse(item).data;
