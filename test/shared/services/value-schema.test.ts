import * as fc from 'fast-check';
import { checkValueSchema, type ValueSchema } from '../../../shared/services/value-schema';

const check = (schema: ValueSchema, ...values: unknown[]) =>
  checkValueSchema(schema, Object.fromEntries(values.map((value, index) => [`v${index}`, value as never])));

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
      { pointer: '/variants/v1', code: 'schema_mismatch' },
      { pointer: '/variants/v2' },
      { pointer: '/variants/v3' },
    ]);
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
    ['a broken pattern of names', { patternProperties: { '(': {} } }, '/valueSchema/patternProperties'],
    ['a schema that is a text', { properties: { a: 'string' } }, '/valueSchema/properties/a'],
    ['an empty choice', { anyOf: [] }, '/valueSchema/anyOf'],
    [
      'a schema deep inside',
      { allOf: [{ not: { items: { maxItems: -1 } } }] },
      '/valueSchema/allOf/0/not/items/maxItems',
    ],
    ['a reference to somewhere else', { $ref: 'https://example.com/schema' }, '/valueSchema/$ref'],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, '/valueSchema'],
    ['a reference to itself', { $ref: '#' }, '/valueSchema'],
  ])('is refused for %s', (_, schema, pointer) => {
    expect(check(schema, 1).schema).toMatchObject([{ pointer }]);
  });

  it('is cut off where checking it would take for ever', () => {
    for (const [schema, value] of [
      [doubling(60), 1],
      [{ pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`],
    ] as const) {
      const startedAt = performance.now();
      expect(check(schema, value).schema).toMatchObject([{ code: 'unusable_schema' }]);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    }
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
