import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { routes } from '../functions/routes';
import { streamHandlers } from '../functions/stream-handlers';
import { leanSchemas } from './lean-schemas';
import { leanSdk } from './lean-sdk';
import { leanZod } from './lean-zod';

export interface BundleFunctionsProps {
  /** One folder per function is written here; folders of functions that are gone are removed. */
  readonly outDir: string;
  /** @default - every row of the route table and every stream handler */
  readonly functions?: readonly FunctionEntry[];
}

interface FunctionEntry {
  readonly name: string;
  /** File without its extension, relative to `functions/`. */
  readonly entry: string;
}

export interface Bundle {
  readonly name: string;
  readonly bytes: number;
}

/** A bundle is loaded on every cold start: 400 KiB take about 50 ms. */
export const MAX_BUNDLE_BYTES = 400 * 1024;

const entryDir = join(__dirname, '..', 'functions');

/** Bundled packages that are CommonJS inside call `require`, which a module has to make for itself. */
const banner = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;

const substitute = (name: string): string => join(__dirname, 'substitutes', `${name}.ts`);

/** Packages that are large and rarely needed, by the substitute that loads them from a file beside the bundle. */
const loadedWhenNeeded = {
  re2js: 're2js',
  '@cfworker/json-schema': 'json-schema',
  'csv-parse/sync': 'csv-parse',
  'semver/functions/parse': 'semver-parse',
} as const;

/** Parts of the AWS SDK that a Lambda does not need, and what it does not need at once. */
const substitutes = {
  '@aws-sdk/credential-provider-node': substitute('credential-provider-node'),
  '@aws-sdk/middleware-endpoint-discovery': substitute('middleware-endpoint-discovery'),
  '@smithy/core/checksum': substitute('checksum'),
  ...Object.fromEntries(
    Object.entries(loadedWhenNeeded).map(([name, file]) => [name, substitute(file)] as const),
  ),
};

/** Modules that are reached by relative paths, which an alias cannot name, and never used. */
const unused = [
  {
    within: /aws-jwt-verify[\\/]dist[\\/]esm[\\/]index\.js$/,
    module: 'cognito-verifier',
    file: 'cognito-verifier',
  },
  {
    within: /AdaptiveRetryStrategy\.js$|util-retry[\\/]index\.js$|retry[\\/]index\.js$/,
    module: 'DefaultRateLimiter',
    file: 'rate-limiter',
  },
  {
    within: /(regionConfig[\\/]config|defaults-mode[\\/]resolveDefaultsModeConfig)\.js$/,
    module: 'getInstanceMetadataRegion',
    file: 'instance-metadata',
  },
  { within: /protocols[\\/]HttpProtocol\.js$/, module: 'HttpBindingNormalizedSchema', file: 'http-bindings' },
];

const withoutUnused: Plugin = {
  name: 'without-unused',
  setup: (building) => {
    for (const { within, module, file } of unused) {
      building.onResolve({ filter: new RegExp(`/${module}(\\.js)?$`) }, ({ importer }) =>
        within.test(importer) ? { path: substitute(file) } : undefined,
      );
    }
  },
};

/** Parts of prom-client that a Lambda does not need. */
const leanMetrics: Plugin = {
  name: 'lean-metrics',
  setup: (building) => {
    building.onResolve(
      { filter: /^\.\/lib\/(defaultMetrics|pushgateway|cluster|histogram|summary)$/ },
      ({ importer }) =>
        /prom-client[\\/]index\.js$/.test(importer) ? { path: substitute('prom-client-part') } : undefined,
    );
  },
};

/** Bundles every function in one run and throws if one of them is too large. */
export const bundleFunctions = async ({
  outDir,
  functions = [...routes, ...streamHandlers],
}: BundleFunctionsProps): Promise<Bundle[]> => {
  removeStale(outDir, new Set(functions.map(({ name }) => name)));
  const { metafile } = await build({
    entryPoints: Object.fromEntries(
      functions.map(({ name, entry }) => [`${name}/index`, `${resolve(entryDir, entry)}.ts`]),
    ),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: 'external',
    legalComments: 'none',
    charset: 'utf8',
    banner: { js: banner },
    alias: substitutes,
    plugins: [withoutUnused, leanMetrics, leanSchemas, leanSdk, leanZod],
    // imported only when an operation streams events, which none of ours does
    external: ['@smithy/core/event-streams'],
    metafile: true,
    logLevel: 'warning',
    // names that the substitutes leave out on purpose
    logOverride: { 'import-is-undefined': 'silent' },
  });
  for (const [name, file] of Object.entries(loadedWhenNeeded)) {
    await addBeside(name, file, outDir, metafile);
  }
  const bundles = functions.map(({ name }) => ({
    name,
    bytes: statSync(join(outDir, name, 'index.mjs')).size,
  }));
  const tooLarge = bundles.filter(({ bytes }) => bytes > MAX_BUNDLE_BYTES);
  if (tooLarge.length > 0) {
    throw new Error(`Bundles over ${inKib(MAX_BUNDLE_BYTES)}: ${tooLarge.map(describe).join(', ')}`);
  }
  return bundles;
};

/** Puts a package beside each bundle that may come to need it. */
const addBeside = async (
  name: string,
  file: string,
  outDir: string,
  { outputs }: Metafile,
): Promise<void> => {
  const built = join(outDir, `${file}.cjs`);
  await build({
    entryPoints: [require.resolve(name)],
    outfile: built,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const [output, { inputs }] of Object.entries(outputs)) {
    if (Object.keys(inputs).some((input) => input.endsWith(`substitutes/${file}.ts`))) {
      copyFileSync(built, join(dirname(output), `${file}.cjs`));
    }
  }
  rmSync(built);
};

/** One line for people. */
export const describeBundles = (bundles: readonly Bundle[]): string => {
  const largestFirst = [...bundles].sort((a, b) => b.bytes - a.bytes);
  return `Bundled ${bundles.length} functions: ${largestFirst.map(describe).join(', ')}`;
};

const inKib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`;

const describe = ({ name, bytes }: Bundle): string => `${name} ${inKib(bytes)}`;

const removeStale = (outDir: string, names: ReadonlySet<string>): void => {
  mkdirSync(outDir, { recursive: true });
  for (const folder of readdirSync(outDir)) {
    if (!names.has(folder)) {
      rmSync(join(outDir, folder), { recursive: true });
    }
  }
};
