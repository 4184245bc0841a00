import { createHash } from 'node:crypto';
import { invalidField } from '../errors';

/** A cursor has a bounded length long before the gateway's limit on a line. */
const MAX_LENGTH = 6_144;

const seal = (scope: string, position: string): string =>
  createHash('sha256')
    .update(JSON.stringify([scope, position]))
    .digest('base64url')
    .slice(0, 16);

/**
 * An opaque cursor: the place in a listing, sealed with the listing it belongs to (route, environment and filters).
 * It holds no key of the table; each listing rebuilds its own from the place, so a forged cursor leads nowhere else.
 */
export const encodeCursor = (scope: string, position: string | undefined): string | null =>
  position === undefined
    ? null
    : `${Buffer.from(position, 'utf8').toString('base64url')}.${seal(scope, position)}`;

/** The place, of the given form, that a cursor of this very listing stands for, or `INVALID_REQUEST`. */
export const decodeCursor = (scope: string, cursor: string | undefined, form: RegExp): string | undefined => {
  if (cursor === undefined) {
    return undefined;
  }
  const [encoded = '', sealed = ''] = cursor.slice(0, MAX_LENGTH).split('.');
  const position = Buffer.from(encoded, 'base64url').toString('utf8');
  if (encodeCursor(scope, position) !== cursor || sealed === '' || !form.test(position)) {
    throw invalidField('#query/cursor', 'invalid_cursor', 'the cursor is not one of this listing and filter');
  }
  return position;
};
