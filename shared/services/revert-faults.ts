import { FlagError } from '../errors';

export const notRevertible = (message: string): FlagError => new FlagError('NOT_REVERTIBLE', message);

export const movedOn = (thing: string): FlagError =>
  new FlagError(
    'VERSION_CONFLICT',
    `Reverting would undo later changes: ${thing} is not as this change left it.`,
  );

/** The reason of a change that takes another back. */
export const reasonOfRevert = (id: string): string => `revert of ${id}`;
