/** What fields that many schemas have mean. */

export const serverFields = {
  environment: 'The environment that it belongs to.',
  version: 'Begins at 1; also the `ETag`.',
  createdBy: 'The `sub` of a user, the ARN of who signed, or `system:<part>`.',
  createdAt: 'UTC.',
  updatedBy: 'As `createdBy`.',
  updatedAt: 'UTC.',
};

export const pageFields = {
  nextCursor: 'The `cursor` of the next page, null at the end. A page may be shorter than its limit.',
};
