import { CognitoUserDirectory } from '../../shared/cognito/user-directory';
import { composeDeviceService } from '../../shared/composition/device-service';
import { composeHandler } from '../../shared/composition/handlers';
import { readConfig } from '../../shared/config';
import { putDeviceRequest } from '../../shared/contract/device-requests';
import { callOf, deviceIdOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const devices = composeDeviceService();
const userPool = new CognitoUserDirectory(readConfig().userPoolId);

export const handler = composeHandler({
  caller: 'admin',
  ...putDeviceRequest,
  area: 'admin',
  answer: async (request) => {
    const { userId } = request.event.pathParameters ?? {};
    const pool = request.query.checkUser ? userPool : undefined;
    const put = await devices.put(callOf(request), userId, deviceIdOf(request), request.body, pool);
    const { deviceId, userId: owner } = put.device;
    const path = `/api/admin/users/${encodeURIComponent(owner)}/devices/${encodeURIComponent(deviceId)}`;
    return put.created ? created(put.device, placeOf(request, path)) : okVersioned(put.device);
  },
});
