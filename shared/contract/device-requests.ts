import { PutDeviceRequestSchema } from './device';
import { pagingParameters, switchParameter } from './parameters';

/** What the routes of devices take: query parameters besides `environment`, and the body. */

export const listDevicesRequest = { query: pagingParameters };

export const putDeviceRequest = { query: { checkUser: switchParameter }, body: PutDeviceRequestSchema };

export const putMyDeviceRequest = { body: PutDeviceRequestSchema };
