import type { Audience, EvaluationContext } from './model';
import { shownNames, shownText } from './shown-value';

/** Whom the flag is for, and what of it the caller has. */
export const describeAudience = (
  audience: Audience | undefined,
  { groups, userType, subscription }: EvaluationContext,
): string => {
  if (audience === undefined) {
    return 'the flag is for everybody';
  }
  const named = [
    audience.groups.size > 0 && `groups ${shownNames(audience.groups)}`,
    audience.userTypes.size > 0 && `user types ${shownNames(audience.userTypes)}`,
    audience.subscriptionTiers.size > 0 && `subscription tiers ${shownNames(audience.subscriptionTiers)}`,
  ].filter((part) => part !== false);
  const has = [
    groups.length === 0 ? 'no groups' : `groups ${shownNames(groups)}`,
    userType === undefined ? 'no user type' : `user type ${shownText(userType)}`,
    subscription === undefined ? 'no subscription' : `subscription ${shownText(subscription)}`,
  ];
  return `the flag is for ${named.join(' or ')}; the caller has ${has.join(', ')}`;
};
