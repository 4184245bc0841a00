import * as z from 'zod';
import {
  FlagKeySchema,
  JsonValueSchema,
  ReasonSchema,
  TimestampSchema,
  VARIANT_NAME_PATTERN,
  withoutServerOwned,
} from './primitives';
import { MAX_RULES, PercentageSchema, RuleRequestSchema, RuleSchema } from './rule';

export const FLAG_TYPES = ['boolean', 'string', 'number', 'object'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

/** A flag is at most this many bytes of JSON. */
export const MAX_FLAG_BYTES = 128 * 1024;

const variantName = z
  .string()
  .regex(
    VARIANT_NAME_PATTERN,
    'a variant name is 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit',
  );

/** What a client may say about a flag, besides its key and type. */
const definition = {
  name: z.string().max(200).nullable(),
  description: z.string().max(2000).nullable(),
  variants: z
    .record(variantName, JsonValueSchema)
    .refine((variants) => Object.keys(variants).length >= 1, 'a flag has at least one variant')
    .refine((variants) => Object.keys(variants).length <= 100, 'a flag has at most 100 variants'),
  onVariant: variantName,
  offVariant: variantName,
  enabled: z.boolean(),
  rolloutPercentage: PercentageSchema,
  variantWeights: z.record(variantName, PercentageSchema).nullable(),
  rules: z.array(RuleSchema).max(MAX_RULES),
  groups: z.array(z.string().min(1).max(128)).max(100),
  userTypes: z.array(z.string().min(1).max(128)).max(100),
  subscriptionTiers: z.array(z.string().min(1).max(128)).max(100),
  visibility: z.enum(['authenticated', 'public']),
  valueSchema: z.union([z.record(z.string(), JsonValueSchema), z.boolean()]).nullable(),
  tags: z.array(z.string().min(1).max(64)).max(50),
  owner: z.string().max(200).nullable(),
};

const type = z.enum(FLAG_TYPES);
export const FlagStateSchema = z.enum(['active', 'archived']);
export type FlagState = z.infer<typeof FlagStateSchema>;

/** What the server owns. A body that repeats these is accepted and they are ignored. */
const serverOwned = {
  environment: z.string(),
  state: FlagStateSchema,
  killed: z.boolean(),
  version: z.number().int().positive(),
  createdBy: z.string(),
  createdAt: TimestampSchema,
  updatedBy: z.string(),
  updatedAt: TimestampSchema,
};

export const FlagSchema = z.object({ key: FlagKeySchema, type, ...definition, ...serverOwned });
export type Flag = z.infer<typeof FlagSchema>;

/** The fields of a flag that clients set. */
export type FlagDefinition = z.infer<z.ZodObject<typeof definition>> & { key: string; type: FlagType };

const optionalDefinition = {
  ...z.strictObject(definition).partial().shape,
  rules: z.array(RuleRequestSchema).max(MAX_RULES).optional(),
};

export const CreateFlagRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({ key: FlagKeySchema, type: type.default('boolean'), ...optionalDefinition }),
);
export type CreateFlagRequest = z.infer<typeof CreateFlagRequestSchema>;

/** PUT: like a creation, but the key is in the path and the type may be left out. */
export const ReplaceFlagRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({ key: FlagKeySchema.optional(), type: type.optional(), ...optionalDefinition }),
);
export type ReplaceFlagRequest = z.infer<typeof ReplaceFlagRequestSchema>;

/**
 * Body of an update. PUT: a whole definition, {@link ReplaceFlagRequestSchema}. PATCH: a JSON merge patch (RFC 7396)
 * of which the merged flag is checked by that same schema.
 */
export const UpdateFlagRequestSchema = z.record(z.string(), JsonValueSchema);
export type UpdateFlagRequest = z.infer<typeof UpdateFlagRequestSchema>;

/** Body of a state change; it may be left out. */
export const ChangeFlagStateRequestSchema = z
  .preprocess(withoutServerOwned, z.strictObject({ reason: ReasonSchema.nullish() }))
  .optional();

/** Where the definition of a flag is copied to. */
export const CopyFlagRequestSchema = z.strictObject({ to: z.string().min(1).max(64) });

export const FLAG_ACTIONS = ['enable', 'disable', 'archive', 'restore', 'kill', 'revive'] as const;
export const FlagActionSchema = z.enum(FLAG_ACTIONS);
export type FlagAction = z.infer<typeof FlagActionSchema>;

export const OverrideCountsSchema = z.object({
  include: z.number().int().nonnegative(),
  exclude: z.number().int().nonnegative(),
  value: z.number().int().nonnegative(),
  /** Only there where very many have just expired, and some of these are counted still. */
  isUpperBound: z.literal(true).optional(),
});
export type OverrideCounts = z.infer<typeof OverrideCountsSchema>;

export const ListedFlagSchema = FlagSchema.extend({ overrideCounts: OverrideCountsSchema });
export type ListedFlag = z.infer<typeof ListedFlagSchema>;
