import { composeDeviceService } from '../../shared/composition/device-service';
import { composeHandler } from '../../shared/composition/handlers';
import { putMyDeviceRequest } from '../../shared/contract/device-requests';
import { callOf, deviceIdOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const devices = composeDeviceService();

export const handler = composeHandler({
  caller: 'user',
  ...putMyDeviceRequest,
  area: 'admin',
  answer: async (request) => {
    const { userId } = request.principal;
    const put = await devices.put(callOf(request), userId, deviceIdOf(request), request.body, undefined);
    const path = `/api/devices/me/${encodeURIComponent(put.device.deviceId)}`;
    return put.created ? created(put.device, placeOf(request, path)) : okVersioned(put.device);
  },
});
