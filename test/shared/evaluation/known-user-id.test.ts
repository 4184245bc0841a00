import * as fc from 'fast-check';
import { AnyUserIdSchema } from '../../../shared/contract/primitives';
import { knownUserId } from '../../../shared/evaluation/known-user-id';
import { userIds } from './arbitraries';

it('takes exactly the user ids that the API can store', () => {
  fc.assert(
    fc.property(fc.oneof(userIds, fc.string({ unit: 'binary', maxLength: 140 })), (userId) => {
      expect(knownUserId(userId)).toBe(AnyUserIdSchema.safeParse(userId).success ? userId : undefined);
    }),
  );
});

it.each([undefined, null, 5, true, ['alice'], { toString: () => 'alice' }])(
  'takes %p for no user id',
  (userId) => {
    expect(knownUserId(userId as string | undefined)).toBeUndefined();
  },
);
