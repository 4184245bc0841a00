import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions, describeBundles, MAX_BUNDLE_BYTES } from '../../lib/bundle-functions';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guidon-bundles-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const anEntry = (name: string, source: string) => {
  writeFileSync(join(dir, `${name}.ts`), source);
  return { name, entry: join(dir, name) };
};

const bundle = (...functions: { name: string; entry: string }[]) =>
  bundleFunctions({ outDir: join(dir, 'out'), functions });

describe('bundleFunctions', () => {
  test('writes a module and a source map apart for every function', async () => {
    const bundles = await bundle(
      anEntry('one', `export const handler = async (): Promise<string> => 'first';`),
      anEntry('two', `export const handler = async (): Promise<string> => 'second';`),
    );
    expect(bundles.map(({ name }) => name)).toEqual(['one', 'two']);
    const code = readFileSync(join(dir, 'out', 'one', 'index.mjs'), 'utf8');
    expect(code).toContain('first');
    expect(code).not.toContain('sourceMappingURL');
    expect(existsSync(join(dir, 'out', 'one', 'index.mjs.map'))).toBe(true);
  });

  test('removes what it wrote for a function that is gone', async () => {
    mkdirSync(join(dir, 'out', 'gone'), { recursive: true });
    await bundle(anEntry('one', 'export const handler = async () => 1;'));
    expect(existsSync(join(dir, 'out', 'gone'))).toBe(false);
  });

  test('refuses a bundle over the limit, by name', async () => {
    const large = anEntry('large', `export const handler = async () => '${'x'.repeat(MAX_BUNDLE_BYTES)}';`);
    await expect(bundle(large)).rejects.toThrow('Bundles over 400 KiB: large 401 KiB');
  });

  test('leaves out what a Lambda never asks of the AWS SDK', async () => {
    const client = join(__dirname, '..', '..', 'node_modules', '@aws-sdk', 'client-dynamodb');
    await bundle(anEntry('client', `export { DynamoDBClient as handler } from '${client}';`));
    const map = readFileSync(join(dir, 'out', 'client', 'index.mjs.map'), 'utf8');
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(
      sources.filter((source) =>
        /credential-provider-(?!env|node\.ts)|endpoint-cache|event-streams|Sha256Js/.test(source),
      ),
    ).toEqual([]);
  });
});

test('bundles check values with zod, without what describes schemas', async () => {
  const zod = join(__dirname, '..', '..', 'node_modules', 'zod');
  const source = `import * as z from '${zod}'; export const handler = (text: string) => z.string().parse(text);`;
  await bundle(anEntry('zod', source));
  const map = readFileSync(join(dir, 'out', 'zod', 'index.mjs.map'), 'utf8');
  const { sources } = JSON.parse(map) as { sources: string[] };
  expect(sources.filter((file) => /to-json-schema|json-schema-processors/.test(file))).toEqual([]);
  expect(sources.filter((file) => file.endsWith('substitutes/zod-json-schema.ts'))).toHaveLength(1);
});

test('describeBundles names the largest first', () => {
  expect(
    describeBundles([
      { name: 'small', bytes: 1024 },
      { name: 'large', bytes: 300 * 1024 },
    ]),
  ).toBe('Bundled 2 functions: large 300 KiB, small 1 KiB');
});
