import { composeDeviceService } from '../../shared/composition/device-service';
import { composeHandler } from '../../shared/composition/handlers';
import { listDevicesRequest } from '../../shared/contract/device-requests';
import { deviceAnswer } from '../../shared/http/device-answer';

const devices = composeDeviceService();

export const handler = composeHandler({
  caller: 'user',
  ...listDevicesRequest,
  area: 'admin',
  answer: (request) => deviceAnswer(request, request.principal.userId, devices),
});
