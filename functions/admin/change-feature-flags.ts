import { CognitoUserDirectory } from '../../shared/cognito/user-directory';
import { composeFeatureFlagService } from '../../shared/composition/feature-flag-service';
import { composeHandler } from '../../shared/composition/handlers';
import { readConfig } from '../../shared/config';
import { changeFeatureFlagsRequest } from '../../shared/contract/feature-flag-requests';
import { callOf, namedSubjectOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const featureFlags = composeFeatureFlagService();
const userPool = new CognitoUserDirectory(readConfig().userPoolId);

export const handler = composeHandler({
  caller: 'admin',
  ...changeFeatureFlagsRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun, checkUser } = request.query;
    const pool = checkUser ? userPool : undefined;
    return ok(
      await featureFlags.change(callOf(request, dryRun), namedSubjectOf(request), request.body, pool),
    );
  },
});
