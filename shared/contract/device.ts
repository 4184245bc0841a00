import * as z from 'zod';
import { TimestampSchema } from './primitives';

export const DEVICE_ID_PATTERN = /^[A-Za-z0-9._:-]{1,128}$/;

export const DeviceIdSchema = z
  .string()
  .regex(DEVICE_ID_PATTERN, 'a device id is 1 to 128 letters, digits or "._:-"');

/** The type of devices that show no features. */
export const CHARGER = 'charger';

export const DeviceTypeSchema = z.enum(['phone', 'tablet', 'laptop', CHARGER]);
export type DeviceType = z.infer<typeof DeviceTypeSchema>;

/** A device that is registered to a user, in every environment. */
export const DeviceSchema = z.strictObject({
  deviceId: DeviceIdSchema,
  userId: z.string(),
  type: DeviceTypeSchema,
  name: z.string().nullable(),
  createdBy: z.string(),
  createdAt: TimestampSchema,
  updatedBy: z.string(),
  updatedAt: TimestampSchema,
  version: z.number().int().positive(),
});
export type Device = z.infer<typeof DeviceSchema>;
