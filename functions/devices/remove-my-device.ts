import { composeDeviceService } from '../../shared/composition/device-service';
import { composeHandler } from '../../shared/composition/handlers';
import { callOf, deviceIdOf } from '../../shared/http/request';
import { noContent } from '../../shared/http/responses';

const devices = composeDeviceService();

export const handler = composeHandler({
  caller: 'user',
  area: 'admin',
  answer: async (request) => {
    await devices.remove(callOf(request), request.principal.userId, deviceIdOf(request));
    return noContent();
  },
});
