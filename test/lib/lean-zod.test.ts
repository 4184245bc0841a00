import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withBundle } from './bundle-program';

const zod = join(__dirname, '..', '..', 'node_modules', 'zod');

/** Runs a bundled program that prints what `expression` is. */
const run = (expression: string): Promise<{ code: string; printed: unknown }> =>
  withBundle(`import * as z from '${zod}'; console.log(JSON.stringify(${expression}));`, async (bundle) => {
    const { stdout } = await promisify(execFile)(process.execPath, [bundle]);
    return { code: readFileSync(bundle, 'utf8'), printed: JSON.parse(stdout) };
  });

describe('zod in a bundle', () => {
  it('checks texts and formats, and holds no format that is not used', async () => {
    const { code, printed } = await run(
      `[z.string().trim().max(3).safeParse(' abc ').data, z.uuid().safeParse('x').success]`,
    );
    expect(printed).toEqual(['abc', false]);
    expect(code).toContain('"ZodUUID"');
    expect(code).not.toMatch(/"Zod(Email|Emoji|KSUID|CIDRv6|JWT)"/);
  });

  it('does not describe schemas, and says so', async () => {
    const { code } = await run(`z.string().safeParse('x').success`);
    expect(code).not.toContain('processJSONSchema');
    await expect(run(`z.string().toJSONSchema()`)).rejects.toThrow(
      'Schemas are not described as JSON Schema at run time.',
    );
  });

  it('fails where it is loaded if a format is asked of a text', async () => {
    await expect(run(`z.string().email().safeParse('x').success`)).rejects.toThrow('is not a function');
  });
});
