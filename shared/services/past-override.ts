import * as z from 'zod';
import { type AuditEventName, BATCH_EVENTS } from '../contract/audit';
import { type OverrideKind, OverrideKindSchema } from '../contract/override';
import { JsonValueSchema, type JsonValue } from '../contract/primitives';
import type { StoredOverride } from '../override-ports';

/** An override as it was; which life of its flag it belongs to shows by when it was created. */
export interface PastOverride extends Pick<
  StoredOverride,
  'flagKey' | 'kind' | 'value' | 'enabled' | 'reason' | 'expiresAtMs' | 'createdAt' | 'updatedAt'
> {
  readonly userId: string | null;
  readonly deviceId: string | null;
}

const OverrideSchema = z
  .looseObject({
    flagKey: z.string(),
    userId: z.string().nullable(),
    deviceId: z.string().nullable().default(null),
    reason: z.string().nullable().default(null),
    createdAt: z.string(),
    updatedAt: z.string(),
    enabled: z.boolean().default(true),
    /** Null of an include or an exclude. */
    value: JsonValueSchema.nullish().transform((value) => value ?? undefined),
    /** Of an include or an exclude. */
    overrideType: OverrideKindSchema.optional(),
    expiresAt: z.string().nullish(),
    /** Of a value. */
    kind: OverrideKindSchema.optional(),
    expiresAtMs: z.number().nullish(),
  })
  .transform(({ overrideType, kind, expiresAt, expiresAtMs, ...fields }, context): PastOverride => {
    const known = kind ?? overrideType;
    if (known === undefined) {
      context.addIssue({ code: 'custom', message: 'is of no kind' });
      return z.NEVER;
    }
    const endMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) : null;
    return { ...fields, kind: known, expiresAtMs: expiresAtMs ?? endMs };
  });

const readOverride = (side: JsonValue | null): PastOverride | undefined =>
  OverrideSchema.safeParse(side).data;

/**
 * The override of a kind on one side of a change: the side itself, or one of several under their kinds, or under the
 * flags of a batch.
 */
export const overrideIn = (
  side: JsonValue | null,
  event: AuditEventName,
  flagKey: string,
  kind: OverrideKind,
): PastOverride | undefined => {
  const isObject = typeof side === 'object' && side !== null && !Array.isArray(side);
  const whole = readOverride(isObject && BATCH_EVENTS.has(event) ? (side[flagKey] ?? null) : side);
  if (whole !== undefined) {
    return whole.kind === kind ? whole : undefined;
  }
  return isObject ? readOverride(side[kind] ?? null) : undefined;
};
