import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBundle } from './bundle-program';

const contract = join(__dirname, '..', '..', 'shared', 'contract');

const bundled = (program: string): Promise<string> =>
  withBundle(program, (bundle) => readFileSync(bundle, 'utf8'));

describe('a bundle', () => {
  it('holds of a module of the contract the schemas that it uses, and no others', async () => {
    const code = await bundled(
      `import { DeviceIdSchema } from '${contract}/device'; console.log(DeviceIdSchema.safeParse('a b').success);`,
    );
    expect(code).toContain('a device id is 1 to 128 letters');
    expect(code).not.toContain('laptop');
  });

  it('holds no schema where it uses none', async () => {
    const code = await bundled(
      `import { MAX_CSV_BYTES } from '${contract}/import'; console.log(MAX_CSV_BYTES);`,
    );
    expect(code).not.toContain('overrideType');
  });
});
