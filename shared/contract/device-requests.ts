import * as z from 'zod';
import { DeviceTypeSchema } from './device';
import { pagingParameters, switchParameter } from './parameters';
import { withoutServerOwned } from './primitives';

/** What the routes of devices take: query parameters besides `environment`, and the body. */

/** Body of a PUT of a device. */
export const PutDeviceRequestSchema = z.preprocess(
  withoutServerOwned,
  z.strictObject({
    type: DeviceTypeSchema,
    name: z.string().min(1).max(200).nullish(),
    /** May repeat the device of the path. */
    deviceId: z.string().optional(),
    /** May repeat whose device it is. */
    userId: z.string().optional(),
  }),
);
export type PutDeviceRequest = z.infer<typeof PutDeviceRequestSchema>;

export const listDevicesRequest = { query: pagingParameters };

export const putDeviceRequest = { query: { checkUser: switchParameter }, body: PutDeviceRequestSchema };

export const putMyDeviceRequest = { body: PutDeviceRequestSchema };
