import { Sha256Js } from '@smithy/core/checksum';
import { Sha256 } from '../../../lib/substitutes/checksum';

const bytes = new TextEncoder().encode('AWS4-HMAC-SHA256');

describe('Sha256 in the bundles', () => {
  test.each([
    ['a hash', undefined],
    ['an HMAC with a text', 'AWS4secret'],
    ['an HMAC with bytes', bytes],
    ['an HMAC with a buffer', bytes.buffer],
  ])('gives what the original gives, as %s', async (_, secret) => {
    const ours = new Sha256(secret);
    const original = new Sha256Js(secret);
    ours.update(bytes);
    original.update(bytes);
    expect(await ours.digest()).toEqual(await original.digest());
  });

  test('starts again after a reset', async () => {
    const hash = new Sha256();
    hash.update(bytes);
    const first = await hash.digest();
    hash.reset();
    hash.update(bytes);
    expect(await hash.digest()).toEqual(first);
  });
});
