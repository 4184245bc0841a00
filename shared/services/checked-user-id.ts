import { AnyUserIdSchema, spelledAsStored, type UserIdFormat, UserSubSchema } from '../contract/primitives';
import { parse } from '../parse';

/** The user id as tokens and the table spell it; `INVALID_REQUEST` at `pointer` where it has not the form of one. */
export const checkedUserId = (userId: unknown, format: UserIdFormat, pointer: string): string =>
  spelledAsStored(parse(format === 'any' ? AnyUserIdSchema : UserSubSchema, userId, () => pointer));
