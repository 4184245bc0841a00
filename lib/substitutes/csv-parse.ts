import { createRequire } from 'node:module';
import type { parse as parseSync } from 'csv-parse/sync';

const requireBeside = createRequire(import.meta.url);

/** As in `re2js.ts`. */
const load = (): { parse: typeof parseSync } =>
  requireBeside('./csv-parse.cjs') as { parse: typeof parseSync };

/** Most requests and jobs have no CSV: its parser is loaded for the first one that does. */
export const parse: (...parameters: Parameters<typeof parseSync>) => unknown = (...parameters) =>
  load().parse(...parameters);
