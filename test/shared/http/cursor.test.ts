import * as fc from 'fast-check';
import { FlagError } from '../../../shared/errors';
import { decodeCursor, encodeCursor } from '../../../shared/http/cursor';

const ANY = /^/;

describe('a cursor', () => {
  it('is refused where its place has not the form of one of the listing', () => {
    const cursor = encodeCursor('listing', 'not a flag key') ?? '';
    expect(() => decodeCursor('listing', cursor, /^[a-z]+$/)).toThrow(FlagError);
  });

  it('leads back to its place in its own listing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (scope, position) => {
        expect(decodeCursor(scope, encodeCursor(scope, position) ?? undefined, ANY)).toBe(position);
      }),
    );
  });

  it('is null at the end, and absent at the beginning', () => {
    expect(encodeCursor('any', undefined)).toBeNull();
    expect(decodeCursor('any', undefined, ANY)).toBeUndefined();
  });

  it('means nothing in another listing', () => {
    const cursor = encodeCursor('flags of production', 'place') ?? '';
    expect(() => decodeCursor('flags of staging', cursor, ANY)).toThrow(FlagError);
  });

  it.each([
    ['empty', ''],
    ['a word', 'abc'],
    ['a dot', '.'],
    ['very long', 'a'.repeat(1_000_000)],
    ['a key', 'e30.e30'],
  ])('that is %s is refused', (_, cursor) => {
    expect(() => decodeCursor('listing', cursor, ANY)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        errors: [expect.objectContaining({ pointer: '#query/cursor' })],
      }),
    );
  });

  it('is refused when any character of it was changed', () => {
    const cursor = encodeCursor('listing', 'place') ?? '';
    for (let index = 0; index < cursor.length; index += 1) {
      const changed = `${cursor.slice(0, index)}${cursor[index] === 'A' ? 'B' : 'A'}${cursor.slice(index + 1)}`;
      expect(() => decodeCursor('listing', changed, ANY)).toThrow(FlagError);
    }
  });
});
