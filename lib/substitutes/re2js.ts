import { createRequire } from 'node:module';
import type { RE2JS as Engine } from 're2js';

const requireBeside = createRequire(import.meta.url);

/** The file that `lib/bundle-functions.ts` puts beside the bundle; a module is read once. */
const load = (): { RE2JS: typeof Engine } => requireBeside('./re2js.cjs') as { RE2JS: typeof Engine };

/** Regular expressions are rare and their engine is large: it is loaded when the first one is compiled. */
export const RE2JS = {
  compile: (pattern: string): Engine => load().RE2JS.compile(pattern),
};
