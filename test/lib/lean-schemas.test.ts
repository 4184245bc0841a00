import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '../../lib/bundle-functions';

const contract = join(__dirname, '..', '..', 'shared', 'contract');

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'guidon-lean-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const bundled = async (name: string, program: string): Promise<string> => {
  writeFileSync(join(dir, `${name}.ts`), program);
  await bundleFunctions({ outDir: join(dir, 'out'), functions: [{ name, entry: join(dir, name) }] });
  return readFileSync(join(dir, 'out', name, 'index.mjs'), 'utf8');
};

describe('a bundle', () => {
  it('holds of a module of the contract the schemas that it uses, and no others', async () => {
    const code = await bundled(
      'one-schema',
      `import { DeviceIdSchema } from '${contract}/device'; console.log(DeviceIdSchema.safeParse('a b').success);`,
    );
    expect(code).toContain('a device id is 1 to 128 letters');
    expect(code).not.toContain('laptop');
  });

  it('holds no schema where it uses none', async () => {
    const code = await bundled(
      'no-schema',
      `import { MAX_CSV_BYTES } from '${contract}/import'; console.log(MAX_CSV_BYTES);`,
    );
    expect(code).not.toContain('overrideType');
  });
});
