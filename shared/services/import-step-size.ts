import type { ImportStep } from '../import-ports';

/** A transaction has at most 100 items; some of them are the import itself, a counter, the flag, rejected rows. */
const MAX_ITEMS = 94;
/** A transaction has at most 4 MB, and an item more than the override alone. */
const MAX_BYTES = 2 * 1024 * 1024;
/** The rejected rows of a step are one item, of 400 KB at most. */
const MAX_REJECTED_BYTES = 300_000;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** Whether one transaction takes the step. */
export const isLight = ({
  writes = [],
  backups = [],
  usedUp = [],
  lasting = [],
  undone = [],
  changes = [],
  rejected = [],
}: ImportStep): boolean => {
  const items = [writes, backups, usedUp, lasting, undone, changes];
  return (
    items.reduce((sum, { length }) => sum + length, 0) <= MAX_ITEMS &&
    bytesOf([writes.map(({ next }) => next), backups, usedUp, changes]) <= MAX_BYTES &&
    bytesOf(rejected) <= MAX_REJECTED_BYTES
  );
};
