import { FlagError } from '../../../shared/errors';
import { checkBodySize, checkJson, MAX_BODY_BYTES } from '../../../shared/http/json-limits';

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('the limits of a body', () => {
  it('let through what is within them', () => {
    expect(() => {
      checkJson({ a: [1, 'text', null, { b: true }] });
    }).not.toThrow();
    expect(() => {
      checkBodySize('x'.repeat(MAX_BODY_BYTES), false);
    }).not.toThrow();
  });

  it('count bytes, not characters', () => {
    expect(() => {
      checkBodySize('é'.repeat(MAX_BODY_BYTES / 2 + 1), false);
    }).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }));
  });

  it('end a hundred thousand levels without recursion', () => {
    expect(() => {
      checkJson(JSON.parse(nested(24)));
    }).not.toThrow();
    for (const levels of [25, 5_000, 100_000]) {
      expect(() => {
        checkJson(JSON.parse(nested(levels)));
      }).toThrow(FlagError);
    }
  });

  it('refuse keys that reach into prototypes and texts and numbers that no store keeps', () => {
    for (const [body, pointer] of [
      ['{"a":{"__proto__":{"polluted":true}}}', '/a/__proto__'],
      ['{"name":"\\ud800"}', '/name'],
      ['{"name":"a\\u0000b"}', '/name'],
      ['{"\\udc00":1}', '/\udc00'],
      ['{"a":[1,-1e400]}', '/a/1'],
    ] as const) {
      expect(() => {
        checkJson(JSON.parse(body));
      }).toThrow(
        expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ pointer })] }),
      );
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
