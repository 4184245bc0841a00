import { createRequire } from 'node:module';
import type parseVersion from 'semver/functions/parse';

const requireBeside = createRequire(import.meta.url);

/** As in `re2js.ts`. */
const load = (): typeof parseVersion => requireBeside('./semver-parse.cjs') as typeof parseVersion;

/** Few conditions are about versions: what compares them is loaded with the first. */
const parse = (version: string): ReturnType<typeof parseVersion> => load()(version);

export default parse;
