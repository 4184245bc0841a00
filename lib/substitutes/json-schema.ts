import { createRequire } from 'node:module';
import type * as Engine from '@cfworker/json-schema';

const requireBeside = createRequire(import.meta.url);

/** As in `re2js.ts`. */
const load = (): typeof Engine => requireBeside('./json-schema.cjs') as typeof Engine;

/** Few flags have a schema: its validator is loaded when the first one is checked. */
export const dereference: typeof Engine.dereference = (...parameters) => load().dereference(...parameters);
export const validate: typeof Engine.validate = (...parameters) => load().validate(...parameters);
