import { ChangeFeatureFlagsRequestSchema } from './feature-flags';
import { switchParameter } from './parameters';

/** What the routes of the feature flags of users and devices take. */

export const changeFeatureFlagsRequest = {
  query: { dryRun: switchParameter, checkUser: switchParameter },
  body: ChangeFeatureFlagsRequestSchema,
};
