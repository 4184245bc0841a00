import { Sha256 } from '../../../lib/substitutes/checksum';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = async (hash: Sha256): Promise<string> => Buffer.from(await hash.digest()).toString('hex');

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const rfc4231Case2 = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

describe('Sha256 in the bundles', () => {
  test('is SHA-256 without a secret', async () => {
    const hash = new Sha256();
    hash.update('a');
    hash.update(bytes('bc'));
    expect(await hex(hash)).toBe(abc);
  });

  test.each([
    ['a text', 'Jefe'],
    ['bytes', bytes('Jefe')],
    ['a buffer', Uint8Array.from(bytes('Jefe')).buffer],
  ])('is HMAC-SHA-256 as in RFC 4231 with a secret of %s', async (_, secret) => {
    const hash = new Sha256(secret);
    hash.update('what do ya want for nothing?');
    expect(await hex(hash)).toBe(rfc4231Case2);
  });

  test('starts again after a reset', async () => {
    const hash = new Sha256();
    hash.update('something else');
    hash.reset();
    hash.update('abc');
    expect(await hex(hash)).toBe(abc);
  });
});
