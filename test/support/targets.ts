/** Where the end-to-end tests run: against runners that they start, or against one stack that is deployed already. */

/** Names the file that tells the tests about the deployed stack; unset, they run against the laptop runner. */
export const DEPLOYED = 'GUIDON_DEPLOYED';

export const isDeployed = (): boolean => process.env[DEPLOYED] !== undefined;

/** What only the laptop runner can show, and why the emulator, or any deployed stack, cannot. */
export const LAPTOP_ONLY = {
  'own 401': 'a deployed gateway answers 401 by itself, with its own body, before a function hears of it',
  'expired items': 'the emulator removes expired items without a stream record, so nothing files their end',
  'key of the pool': 'only the local user pool has a key that tests can sign with',
  'signed requests':
    'the emulator lets everybody through the IAM authorizer and names no caller; the functions refuse them all',
} as const;

/** Files of test/e2e that are about the laptop runner as a whole. */
export const LAPTOP_FILES = {
  'laptop.test.ts': 'is about npm start and npm run token',
  'faults.test.ts':
    'puts a proxy between the functions and DynamoDB, which a deployed stack has no place for',
} as const;

/** `it` on the laptop; on a deployed stack a skipped test that says why. */
export const onlyOnLaptop =
  (gap: keyof typeof LAPTOP_ONLY) => (title: string, check: () => Promise<unknown>) => {
    if (isDeployed()) {
      it.skip(`${title} (${gap}: ${LAPTOP_ONLY[gap]})`, check);
    } else {
      it(title, check);
    }
  };
