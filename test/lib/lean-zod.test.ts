import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from '../../lib/bundle-functions';

const zod = join(__dirname, '..', '..', 'node_modules', 'zod');

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'guidon-lean-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** Bundles a program that prints what `expression` is, as a function is bundled, and runs it. */
const run = async (name: string, expression: string): Promise<{ code: string; printed: unknown }> => {
  writeFileSync(
    join(dir, `${name}.ts`),
    `import * as z from '${zod}'; console.log(JSON.stringify(${expression}));`,
  );
  await bundleFunctions({ outDir: join(dir, 'out'), functions: [{ name, entry: join(dir, name) }] });
  const file = join(dir, 'out', name, 'index.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  return { code: readFileSync(file, 'utf8'), printed: JSON.parse(stdout) };
};

describe('zod in a bundle', () => {
  it('checks texts and formats, and holds no format that is not used', async () => {
    const { code, printed } = await run(
      'formats',
      `[z.string().trim().max(3).safeParse(' abc ').data, z.uuid().safeParse('x').success]`,
    );
    expect(printed).toEqual(['abc', false]);
    expect(code).toContain('"ZodUUID"');
    expect(code).not.toMatch(/"Zod(Email|Emoji|KSUID|CIDRv6|JWT)"/);
  });

  it('does not describe schemas, and says so', async () => {
    const { code } = await run('texts', `z.string().safeParse('x').success`);
    expect(code).not.toContain('processJSONSchema');
    await expect(run('described', `z.string().toJSONSchema()`)).rejects.toThrow(
      'Schemas are not described as JSON Schema at run time.',
    );
  });

  it('fails where it is loaded if a format is asked of a text', async () => {
    await expect(run('old-way', `z.string().email().safeParse('x').success`)).rejects.toThrow(
      'is not a function',
    );
  });
});
