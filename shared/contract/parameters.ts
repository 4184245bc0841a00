import * as z from 'zod';

/** `?dryRun=true` */
export const switchParameter = z
  .string()
  .regex(/^(true|false)$/, 'is "true" or "false"')
  .transform((text) => text === 'true')
  .default(false);

/** How many entries a page has at most. */
export const limitParameter = z
  .string()
  .regex(/^\d{1,4}$/, 'is a whole number from 1 to 500')
  .transform(Number)
  .pipe(z.number().min(1).max(500))
  .default(50);

export const pagingParameters = {
  limit: limitParameter,
  cursor: z.string().optional(),
};
