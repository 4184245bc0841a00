import * as z from 'zod';
import { type OverrideKind, OverrideKindSchema } from '../contract/override';
import { JsonValueSchema, type JsonValue } from '../contract/primitives';

const common = {
  enabled: z.boolean(),
  reason: z.string().nullable(),
  expiresAt: z.string().nullable(),
  version: z.number(),
};

/** What of an override can be put back, from what the audit log shows of it. */
const AuditedOverrideSchema = z.union([
  z.object({ ...common, kind: z.literal('value'), value: JsonValueSchema.nullable() }),
  z
    .object({ ...common, overrideType: OverrideKindSchema.exclude(['value']) })
    .transform(({ overrideType, ...fields }) => ({ ...fields, kind: overrideType, value: null })),
]);
export type AuditedOverride = z.infer<typeof AuditedOverrideSchema>;

/** One override before and after a change, as the log shows it. */
export interface OverrideStep {
  readonly flagKey: string;
  readonly kind: OverrideKind;
  readonly before: AuditedOverride | null;
  /** Compared with what is there. */
  readonly after: JsonValue;
}

const readOverride = (state: JsonValue): AuditedOverride | null | undefined =>
  state === null ? null : AuditedOverrideSchema.safeParse(state).data;

/** A step of one override; undefined where a side cannot be read, or there is none. */
export const overrideStep = (
  flagKey: string,
  before: JsonValue,
  after: JsonValue,
): OverrideStep | undefined => {
  const [was, is] = [readOverride(before), readOverride(after)];
  const kind = was?.kind ?? is?.kind;
  return was === undefined || is === undefined || kind === undefined
    ? undefined
    : { flagKey, kind, before: was, after };
};
