import { CognitoUserDirectory } from '../../shared/cognito/user-directory';
import { composeHandler } from '../../shared/composition/handlers';
import { composeTypedOverrideService } from '../../shared/composition/typed-override-service';
import { readConfig } from '../../shared/config';
import { addTypedOverrideRequest } from '../../shared/contract/typed-override-requests';
import { callOf, placeOf } from '../../shared/http/request';
import { created } from '../../shared/http/responses';

const overrides = composeTypedOverrideService();
const userPool = new CognitoUserDirectory(readConfig().userPoolId);

export const handler = composeHandler({
  caller: 'admin',
  ...addTypedOverrideRequest,
  area: 'admin',
  answer: async (request) => {
    const pool = request.query.checkUser ? userPool : undefined;
    const ofUser = request.event.pathParameters?.['userId'] ?? '';
    const override = await overrides.add(callOf(request), ofUser, request.body, pool);
    const user = encodeURIComponent(override.userId ?? '');
    const path = `/api/admin/users/${user}/flag-overrides/${override.flagKey}`;
    return created(override, placeOf(request, path));
  },
});
