import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideService } from '../../shared/composition/override-service';
import { CognitoUserDirectory } from '../../shared/cognito/user-directory';
import { readConfig } from '../../shared/config';
import { putUserOverrideRequest } from '../../shared/contract/override-requests';
import { callOf, flagKeyOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const overrides = composeOverrideService();
const userPool = new CognitoUserDirectory(readConfig().userPoolId);

export const handler = composeHandler({
  caller: 'admin',
  ...putUserOverrideRequest,
  area: 'admin',
  answer: async (request) => {
    const flagKey = flagKeyOf(request);
    const pool = request.query.checkUser ? userPool : undefined;
    const put = await overrides.put(callOf(request), flagKey, request.body, pool);
    const { userId, overrideType } = put.override;
    const path = `/api/admin/flags/${flagKey}/users/${encodeURIComponent(userId)}`;
    return put.created
      ? created(put.override, placeOf(request, path, { overrideType }))
      : okVersioned(put.override);
  },
});
