import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** Where a schema is made: by zod, or of another schema. */
const MAKING = /(?<![\w.$])(?:z|[A-Z]\w*Schema)(?=\s*\.\w+\()/g;

/**
 * Leaves out of a bundle the schemas of the contract that its function does not use. A call might do something, so the
 * bundler keeps all of a module's schemas where one is needed; making a schema does nothing, and this says so.
 */
export const leanSchemas: Plugin = {
  name: 'lean-schemas',
  setup: (building) => {
    building.onLoad({ filter: /[\\/]shared[\\/]contract[\\/][\w-]+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(MAKING, '/* @__PURE__ */ $&'),
      loader: 'ts',
    }));
  },
};
