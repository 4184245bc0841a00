import { FlagError } from '../errors';
import type { Attribution } from '../ports';

/** Versions that a caller accepts to overwrite (`If-Match`); `*` is any that exists. */
export type IfMatch = '*' | readonly number[];

/** What every change needs to know of its request. */
export interface Call {
  readonly environment: string;
  readonly attribution: Attribution;
  readonly ifMatch: IfMatch | undefined;
  /** Check everything, write nothing. */
  readonly dryRun: boolean;
  /** Change a flag though values of overrides no longer fit it, and switch these off. @default false */
  readonly force?: boolean;
}

/** Throws `VERSION_CONFLICT` unless the thing is as the caller saw it; `version` undefined means it is not there. */
export const checkVersion = (call: Pick<Call, 'ifMatch'>, version: number | undefined): void => {
  const { ifMatch } = call;
  const matches =
    ifMatch === undefined || (version !== undefined && (ifMatch === '*' || ifMatch.includes(version)));
  if (!matches) {
    const now = version === undefined ? 'it does not exist' : `it is at version ${String(version)}`;
    throw new FlagError('VERSION_CONFLICT', `The version in If-Match is not the present one: ${now}.`);
  }
};
