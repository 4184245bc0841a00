import * as z from 'zod';

/** Answer of `GET /api/health`. */
export const HealthResponseSchema = z.strictObject({ status: z.literal('ok') });
export type HealthResponse = z.infer<typeof HealthResponseSchema>;
