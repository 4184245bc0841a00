import type { Fault } from './model';

/**
 * What `compile` gives. Types do not hold for what was stored past the API: where it is so unlike them that reading it
 * throws, that is a fault like any other.
 */
export const withoutThrowing = <Result>(faults: Fault[], compile: () => Result): Result | undefined => {
  try {
    return compile();
  } catch (error) {
    faults.push({ path: [], code: 'malformed', message: `cannot be read: ${String(error)}` });
    return undefined;
  }
};
