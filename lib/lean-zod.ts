import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Each schema knows how it is described as JSON Schema. */
const DESCRIBING = /^ {4}inst\._zod\.processJSONSchema = .*\n/gm;
/** `z.string().email()` and its like, which zod has as `z.email()` by now. */
const FORMAT_OF_TEXT =
  /^ {4}\w+\(params\) \{\n {8}return this\.check\(core\._\w+\(Zod\w+, params\)\);\n {4}\},?\n/gm;

const SCHEMAS = /zod[\\/]v4[\\/]classic[\\/]schemas\.js$/;

/**
 * Leaves out of zod what only fills a bundle: schemas as JSON Schema, because functions check values and what is
 * published of their schemas is made when the product is built; and the methods by which every text brings along 26
 * formats, from e-mail addresses to emojis. A format that is used is `z.uuid()`: `z.string().uuid()` throws in a bundle,
 * and the linter refuses it.
 */
export const leanZod: Plugin = {
  name: 'lean-zod',
  setup: (building) => {
    building.onResolve({ filter: /\/(to-json-schema|json-schema-processors)\.js$/ }, ({ importer }) =>
      SCHEMAS.test(importer) ? { path: join(__dirname, 'substitutes', 'zod-json-schema.ts') } : undefined,
    );
    building.onLoad({ filter: SCHEMAS }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(DESCRIBING, '').replace(FORMAT_OF_TEXT, ''),
    }));
  },
};
