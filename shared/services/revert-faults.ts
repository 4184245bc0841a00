import type { Device } from '../contract/device';
import type { Flag } from '../contract/flag';
import type { JsonValue } from '../contract/primitives';
import type { Segment } from '../contract/segment';
import { FlagError, invalidField } from '../errors';
import { jsonEquals } from '../evaluation/json-equals';
import type { Change } from '../ports';

export const notRevertible = (message: string): FlagError => new FlagError('NOT_REVERTIBLE', message);

export const nothingToPutBack = (): FlagError =>
  notRevertible('What there is now is what was there before: there is nothing to put back.');

/** Of an end for overrides that come back. */
export const nothingToEnd = (): FlagError =>
  invalidField('/expiresAt', 'no_override', 'no override comes back that could have an end');

export const movedOn = (thing: string): FlagError =>
  new FlagError(
    'VERSION_CONFLICT',
    `Reverting would undo later changes: ${thing} is not as this change left it.`,
  );

/** The reason of a change that takes another back. */
export const reasonOfRevert = (id: string): string => `revert of ${id}`;

/** Both sides of a change, as the thing; one that was written past the API may be none. */
export const readSides = <Thing>(
  { before, after }: Change,
  read: (side: JsonValue) => Thing | undefined,
): { before: Thing | undefined; after: Thing | undefined } => {
  const sides = {
    before: before === null ? undefined : read(before),
    after: after === null ? undefined : read(after),
  };
  const isWhole =
    (before === null) === (sides.before === undefined) && (after === null) === (sides.after === undefined);
  if (!isWhole || (before === null && after === null)) {
    throw notRevertible('The audit log does not show what was there before in a form that can be put back.');
  }
  return sides;
};

/** Throws `VERSION_CONFLICT` where `thing` is not as the change left it. */
export const checkUnmoved = <Thing extends Flag | Segment | Device>(
  current: Thing | undefined,
  after: Thing | undefined,
  thing: string,
): void => {
  const isUnmoved =
    current === undefined || after === undefined ? current === after : jsonEquals(current, after);
  if (!isUnmoved) {
    throw movedOn(thing);
  }
};
