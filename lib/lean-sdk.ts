import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** How a client of the AWS SDK registers the class of an error that has a message and nothing else. */
const PLAIN_ERROR =
  /export var (\w+)\$ = \[-3, n0, \w+,\s+\{[^}]*\},\s+\[_m\],\s+\[0\]\s+\];\s+n0_registry\.registerError\(\1\$, \1\);/g;

/**
 * Leaves out of the clients of the AWS SDK what only fills a bundle: the classes of errors that have nothing but a
 * message, of which a client registers dozens, and all of its package.json but the version. For an error without a
 * class the SDK throws its general one, by the error's own name; what tells errors apart by name sees no difference.
 */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup: (building) => {
    const client = '@aws-sdk[\\\\/]client-[\\w-]+[\\\\/]';
    building.onLoad(
      { filter: new RegExp(`${client}dist-es[\\\\/]schemas[\\\\/]schemas_0\\.js$`) },
      async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(PLAIN_ERROR, ''),
      }),
    );
    building.onLoad({ filter: new RegExp(`${client}package\\.json$`) }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
