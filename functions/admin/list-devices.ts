import { composeDeviceService } from '../../shared/composition/device-service';
import { composeHandler } from '../../shared/composition/handlers';
import { listDevicesRequest } from '../../shared/contract/device-requests';
import { deviceAnswer } from '../../shared/http/device-answer';

const devices = composeDeviceService();

export const handler = composeHandler({
  caller: 'viewer',
  ...listDevicesRequest,
  area: 'admin',
  answer: (request) => deviceAnswer(request, request.event.pathParameters?.['userId'], devices),
});
