import * as z from 'zod';

/** What can become of an override. */
export const OVERRIDE_ACTIONS = ['created', 'updated', 'deleted', 'expired'] as const;
export type OverrideAction = (typeof OVERRIDE_ACTIONS)[number];

/** Answer of `GET /api/admin/metrics`: the text format of Prometheus, version 0.0.4. */
export const MetricsResponseSchema = z.string();
