import * as z from 'zod';
import { IMPORT_STATES, RejectedRowSchema } from '../contract/import';
import { OverrideTypeSchema } from '../contract/override';
import type { ImportRecord, LeftByImport, NamedRejection, ReplacedOverride } from '../import-ports';
import { overrideAttributes, parseOverrideItem } from './items';
import type { Item } from './table';

/** An import can be looked at and undone for four weeks after its last step. */
const TTL_SECONDS = 28 * 24 * 3600;

const WRITTEN = 'import';
const UNDONE = 'undo';

/** Differs from step to step: a change of ours leaves another id than it found. */
export const changeIdOfStep = ({ importId, state, version }: ImportRecord): string =>
  `${state === 'undoing' || state === 'undone' ? UNDONE : WRITTEN}-${importId}.${String(version)}`;

/** The import that a change id names, or the undoing of one. */
export const importIdIn = (changeId: string): string | undefined =>
  /^(?:import|undo)-([0-9a-f-]{36})\.\d+$/.exec(changeId)?.[1];

const GenerationSchema = z.object({ environment: z.string(), flagKey: z.string(), generation: z.string() });

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
  }),
  failure: z.string().nullable(),
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

const ttlOf = ({ updatedAt }: ImportRecord): number => Math.floor(Date.parse(updatedAt) / 1000) + TTL_SECONDS;

export const importAttributes = (record: ImportRecord): Item => ({ ...record, ttl: ttlOf(record) });

const NamedRejectionSchema = RejectedRowSchema.extend({ part: z.number() });
const RejectedItemSchema = z.object({ rows: z.string() });

export const rejectedAttributes = (record: ImportRecord, rows: readonly NamedRejection[]): Item => ({
  rows: JSON.stringify(rows),
  ttl: ttlOf(record),
});

export const parseRejectedItem = (item: Item): NamedRejection[] =>
  z.array(NamedRejectionSchema).parse(JSON.parse(RejectedItemSchema.parse(item).rows));

/**
 * Of how many imports, one on the other, an override keeps what they replaced. What lies below is nobody's: as if it had
 * been written by hand, it stays where it is put back.
 */
const MAX_KEPT = 3;
/** An item has 400 KB at most, and the override itself is in it. */
const MAX_KEPT_BYTES = 200_000;

const replacedAttributes = ({ override, importId, replaced }: ReplacedOverride, kept: number): Item => ({
  ...overrideAttributes(override, ''),
  ...(kept > 1 && importId !== undefined && { importId }),
  ...(kept > 1 && replaced !== undefined && { replaced: replacedAttributes(replaced, kept - 1) }),
});

const parseReplaced = (item: Item): ReplacedOverride | undefined => {
  const override = parseOverrideItem(item);
  return override && { override, ...parseLeft(item, item['replaced'] as Item | undefined) };
};

const parseLeft = (item: Item, replaced: Item | undefined): LeftByImport => ({
  importId: typeof item['importId'] === 'string' ? item['importId'] : undefined,
  replaced: replaced && parseReplaced(replaced),
});

const replacedText = (replaced: ReplacedOverride, kept = MAX_KEPT): string => {
  const text = JSON.stringify(replacedAttributes(replaced, kept));
  return kept > 1 && Buffer.byteLength(text) > MAX_KEPT_BYTES ? replacedText(replaced, kept - 1) : text;
};

/** What an override says of the import that left it: what that found goes back there when it is undone. */
export const leftByImport = ({ importId, replaced }: LeftByImport): Item => ({
  ...(importId !== undefined && { importId }),
  ...(replaced !== undefined && { replaced: replacedText(replaced) }),
});

export const parseLeftByImport = (item: Item): LeftByImport =>
  parseLeft(item, typeof item['replaced'] === 'string' ? (JSON.parse(item['replaced']) as Item) : undefined);
