const USER_ID_PATTERN = /^[A-Za-z0-9._@:+=-]{1,128}$/;

/** The user id if it has the form of one; undefined otherwise, so that a malformed id makes its caller anonymous. */
export const knownUserId = (userId: string | undefined): string | undefined =>
  typeof userId === 'string' && USER_ID_PATTERN.test(userId) ? userId : undefined;
