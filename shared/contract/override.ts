import * as z from 'zod';

export const OVERRIDE_KINDS = ['include', 'exclude', 'value'] as const;
export const OverrideKindSchema = z.enum(OVERRIDE_KINDS);
export type OverrideKind = z.infer<typeof OverrideKindSchema>;

export const OverrideTypeSchema = z.enum(['include', 'exclude']);
export type OverrideType = z.infer<typeof OverrideTypeSchema>;
