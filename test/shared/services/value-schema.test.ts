import * as fc from 'fast-check';
import { compilers } from '../../../shared/composition/compilers';
import { checkValueSchema, type ValueSchema } from '../../../shared/services/value-schema';

const check = (schema: ValueSchema, ...values: unknown[]) =>
  checkValueSchema(
    schema,
    new Map(values.map((value, index) => [`/variants/v${index}`, value as never])),
    compilers.compilePattern,
  );

const doubling = (levels: number): ValueSchema => ({
  $ref: '#/$defs/a0',
  $defs: {
    ...Object.fromEntries(
      Array.from({ length: levels }, (_, level) => [
        `a${level}`,
        { allOf: [{ $ref: `#/$defs/a${level + 1}` }, { $ref: `#/$defs/a${level + 1}` }] },
      ]),
    ),
    [`a${levels}`]: { type: 'number' },
  },
});

describe('the schema of a flag', () => {
  it('lets fitting values through and names the others', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string', pattern: '^[a-z]+$' }, size: { $ref: '#/$defs/size' } },
      required: ['name'],
      additionalProperties: false,
      $defs: { size: { type: 'integer', minimum: 1 } },
    };
    expect(check(schema, { name: 'abc', size: 3 }, { name: 'abc' })).toEqual({ schema: [], values: [] });
    expect(check(schema, { name: 'abc' }, { name: 'A1' }, { name: 'a', size: 0 }, {}).values).toMatchObject([
      { pointer: '/variants/v1/name', code: 'schema_mismatch' },
      { pointer: '/variants/v2/size' },
      { pointer: '/variants/v3' },
    ]);
    const odd = { type: 'object', additionalProperties: { type: 'string' } };
    expect(check(odd, { 'a#/~%é%23': 1 }).values).toMatchObject([{ pointer: '/variants/v0/a#~1~0%é%23' }]);
    expect(check(true, 1).values).toEqual([]);
    expect(check(false, 1).values).toHaveLength(1);
  });

  it('may refer to itself where the value gives out', () => {
    const tree = { type: 'object', properties: { left: { $ref: '#' }, right: { $ref: '#' } } };
    expect(check(tree, { left: { left: {}, right: {} } })).toEqual({ schema: [], values: [] });
    expect(check(tree, { left: { left: 7 } }).values).toHaveLength(1);
  });

  it.each<[string, ValueSchema, string]>([
    ['an unknown type', { type: 'text' }, '/valueSchema/type'],
    ['a bound that is no number', { minimum: 'a' }, '/valueSchema/minimum'],
    ['a divisor of nothing', { multipleOf: 0 }, '/valueSchema/multipleOf'],
    ['required that is no list', { required: 'x' }, '/valueSchema/required'],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, '/valueSchema/properties/a/pattern'],
    ['a pattern that RE2 does not know', { pattern: '(?=a)' }, '/valueSchema/pattern'],
    ['a pattern that is too long', { pattern: 'a'.repeat(513) }, '/valueSchema/pattern'],
    ['a pattern that is too large', { pattern: '((a?){900}){900}' }, '/valueSchema/pattern'],
    [
      'too many patterns',
      { anyOf: Array.from({ length: 51 }, (_, index) => ({ pattern: `^${index}` })) },
      '/valueSchema/anyOf/50/pattern',
    ],
    ['a pattern where nothing is known', { $ref: '#/note', note: { pattern: 'a' } }, '/valueSchema/$ref'],
    ['a broken pattern of names', { patternProperties: { '(': {} } }, '/valueSchema/patternProperties'],
    ['a schema that is a text', { properties: { a: 'string' } }, '/valueSchema/properties/a'],
    ['an empty choice', { anyOf: [] }, '/valueSchema/anyOf'],
    [
      'a schema deep inside',
      { allOf: [{ not: { items: { maxItems: -1 } } }] },
      '/valueSchema/allOf/0/not/items/maxItems',
    ],
    ['a reference to somewhere else', { $ref: 'https://example.com/schema' }, '/valueSchema/$ref'],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, '/valueSchema/$ref'],
    [
      'a reference to nowhere that no value comes to',
      { properties: { a: { items: { $ref: '#none' } } } },
      '/valueSchema/properties/a/items/$ref',
    ],
    ['a reference to itself', { $ref: '#' }, '/valueSchema'],
  ])('is refused for %s', (_, schema, pointer) => {
    expect(check(schema, 1).schema).toMatchObject([{ pointer }]);
  });

  it.each<[string, ValueSchema, string]>([
    ['a broken pattern', { pattern: '(' }, 'missing closing )'],
    ['a pattern that is too long', { pattern: 'a'.repeat(513) }, 'it has more than 512 characters'],
    ['a pattern that is too large', { pattern: '((a?){900}){900}' }, 'it is too large'],
    ['a broken pattern of names', { patternProperties: { '[': {} } }, 'missing closing ]'],
    ['a dynamic reference', { $dynamicRef: '#n' }, '$dynamicRef is not supported'],
    ['a dynamic anchor', { properties: { a: { $dynamicAnchor: 'n' } } }, '$dynamicAnchor is not supported'],
    ['an address that is none', { $id: 'http://[' }, '$id is a URI reference'],
    [
      'two parts of one address',
      { $id: 'https://a.b/c', $defs: { d: { $id: 'https://a.b/c' } } },
      'not clear',
    ],
    ['a reference to nowhere', { $ref: '#/$defs/a' }, 'nothing in the schema at "#/$defs/a"'],
  ])('tells why it is refused for %s', (_, schema, message) => {
    expect(check(schema, 1).schema).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  it('may refer to names and anchors in it', () => {
    const $defs = { 'a b': { type: 'number' }, c: { $anchor: 'named', minimum: 1 } };
    const schema = {
      $id: 'https://example.com/s',
      allOf: [{ $ref: '#/$defs/a%20b' }, { $ref: '#named' }],
      $defs,
    };
    expect(check(schema, 1)).toEqual({ schema: [], values: [] });
    expect(check(schema, 0, 'a').values).toHaveLength(2);
  });

  it('is cut off where checking it would take for ever', () => {
    expect(check(doubling(60), 1).schema).toMatchObject([{ code: 'unusable_schema' }]);
  });

  describe('has patterns that are decided in linear time', () => {
    const evil = `${'a'.repeat(100)}!`;

    it('for texts, wherever they are', () => {
      const pattern = '^(a+)+$';
      expect(check({ pattern }, evil, 'aaa', 7).values).toMatchObject([
        { pointer: '/variants/v0', message: 'String does not match pattern' },
      ]);
      const deep = { properties: { list: { items: { $ref: '#/$defs/as' } } }, $defs: { as: { pattern } } };
      expect(check(deep, { list: ['a', evil] }, { list: ['a', 'aa'] }).values).toHaveLength(1);
      expect(check({ not: { pattern } }, evil, 'aaa').values).toMatchObject([{ pointer: '/variants/v1' }]);
      expect(check({ pattern, allOf: [{ minLength: 2 }] }, 'a', 'aa').values).toHaveLength(1);
    });

    it('for names of properties', () => {
      const schema = {
        patternProperties: { '^(a+)+$': { type: 'number' }, '^(b+)+$': { type: 'string' } },
        additionalProperties: false,
      };
      expect(check(schema, { aa: 1, bb: 'x' }, {}).values).toEqual([]);
      expect(check(schema, { aa: 'x' }, { bb: 1 }, { [evil]: 1 }).values).toHaveLength(3);
      expect(check({ propertyNames: { pattern: '^(a+)+$' } }, { aa: 1 }, { [evil]: 1 }).values).toHaveLength(
        1,
      );
    });

    it('and keep the places that references name', () => {
      const schema = { $ref: '#/patternProperties/%5Ea', patternProperties: { '^a': { type: 'object' } } };
      expect(check(schema, { a: {} }, 'text', { a: 1 }).values).toMatchObject([
        { pointer: '/variants/v1' },
        { pointer: '/variants/v2/a' },
      ]);
    });

    it('and are no patterns where they are names or values', () => {
      const schema = {
        properties: { pattern: { type: 'string' }, patternProperties: { const: { pattern: '(' } } },
      };
      expect(check(schema, { pattern: '(', patternProperties: { pattern: '(' } })).toEqual({
        schema: [],
        values: [],
      });
    });

    it('as JavaScript decides them where both engines agree', () => {
      const patterns = fc.constantFrom('^a', 'b$', 'a.b', '^[ab]+$', 'x|y', '\\.', '^$', 'a{2}');
      const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'x', 'y', '.', '(', '|', '\n') }), {
        maxLength: 5,
      });
      fc.assert(
        fc.property(patterns, texts, (pattern, list) => {
          const { values } = check({ pattern }, ...list);
          expect(values.map(({ pointer }) => pointer)).toEqual(
            list.flatMap((text, index) =>
              new RegExp(pattern, 'u').test(text) ? [] : [`/variants/v${index}`],
            ),
          );
          const named = list.map((text) => ({ [text]: 1 }));
          const { values: inNames } = check({ patternProperties: { [pattern]: false } }, ...named);
          expect(inNames.map(({ pointer }) => pointer)).toEqual(
            list.flatMap((text, index) =>
              new RegExp(pattern, 'u').test(text) ? [`/variants/v${index}/${text}`] : [],
            ),
          );
        }),
      );
    });
  });

  it('never throws, whatever it is', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'allOf',
      'not',
      'enum',
      '$ref',
      'pattern',
      'patternProperties',
      'required',
      'if',
      'then',
      'const',
    );
    const schema = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.jsonValue(),
        fc.dictionary(keyword, tie('node'), { maxKeys: 4 }),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(schema, fc.jsonValue(), (candidate, value) => {
        const { schema: faults, values } = check(candidate as ValueSchema, value);
        expect(Array.isArray(faults) && Array.isArray(values)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
