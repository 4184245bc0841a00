import type { Device } from '../contract/device';
import { DEVICE_ID_PATTERN } from '../contract/device';
import type { Page } from '../contract/primitives';
import { decodeCursor, encodeCursor } from './cursor';
import { deviceIdOf, listingOf, type Request } from './request';
import { type HttpResponse, ok, okVersioned } from './responses';

interface Devices {
  get(userId: string | undefined, deviceId: string): Promise<Device>;
  list(
    userId: string | undefined,
    page: { after: string | undefined; limit: number },
  ): Promise<{ devices: Device[]; next: string | undefined }>;
}

/** The device that the path names, else a page of all the user's. */
export const deviceAnswer = async (
  request: Request<{ limit: number; cursor?: string | undefined }, unknown>,
  userId: string | undefined,
  devices: Devices,
): Promise<HttpResponse> => {
  if (request.event.pathParameters?.['deviceId'] !== undefined) {
    return okVersioned(await devices.get(userId, deviceIdOf(request)));
  }
  const { limit, cursor } = request.query;
  // whose they are is a part of it, so that a cursor is good for one caller alone
  const listing = JSON.stringify([listingOf(request), userId]);
  const found = await devices.list(userId, {
    after: decodeCursor(listing, cursor, DEVICE_ID_PATTERN),
    limit,
  });
  const page: Page<Device> = { items: found.devices, nextCursor: encodeCursor(listing, found.next) };
  return ok(page);
};
