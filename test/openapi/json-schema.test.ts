import * as z from 'zod';
import { switchParameter } from '../../shared/contract/parameters';
import { JsonSchemas } from '../../openapi/json-schema';
import { named } from '../../openapi/named-schema';

const Part = z.strictObject({ size: z.number().int() });
const Whole = z.strictObject({ part: Part, parts: z.array(Part).optional() });

describe('named schemas', () => {
  test('refer to each other by name, and hold the bounds that the contract has', () => {
    const json = new JsonSchemas({
      Part: named(Part, 'A part.', { size: 'In cm.' }),
      Whole: named(Whole, 'All.'),
    });
    expect(json.answer('Whole')).toEqual({ $ref: '#/components/schemas/Whole' });
    expect(json.components()).toEqual({
      Part: {
        description: 'A part.',
        type: 'object',
        properties: { size: { type: 'integer', description: 'In cm.' } },
        required: ['size'],
        additionalProperties: false,
      },
      Whole: {
        description: 'All.',
        type: 'object',
        properties: {
          part: { $ref: '#/components/schemas/Part' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
        },
        required: ['part'],
        additionalProperties: false,
      },
    });
  });

  test('are wanted of bodies, and used', () => {
    const json = new JsonSchemas({ Part: named(Part, 'A part.') });
    expect(() => json.body(Whole)).toThrow('its body has no name');
    expect(() => json.components()).toThrow('No operation uses the schema Part');
  });

  test('mean the same in requests and answers', () => {
    const schema = z.strictObject({ size: z.number().default(1) });
    const json = new JsonSchemas({ Part: named(schema, 'A part.') });
    json.body(schema);
    json.answer('Part');
    expect(() => json.components()).toThrow('Part differs in requests and answers');
  });
});

test('a schema that refers to itself wants a name', () => {
  const tree: z.ZodType = z.strictObject({ branches: z.array(z.lazy(() => tree)) });
  const forest = z.strictObject({ tree });
  const nameless = new JsonSchemas({ Forest: named(forest, 'Trees.') });
  nameless.answer('Forest');
  expect(() => nameless.components()).toThrow('A schema that refers to itself has no name');
  const json = new JsonSchemas({ Forest: named(forest, 'Trees.'), Tree: named(tree, 'A tree.') });
  json.answer('Forest');
  expect(Object.keys(json.components())).toEqual(['Forest', 'Tree']);
});

test('a parameter is shown as what its text means', () => {
  const json = new JsonSchemas({ Colour: named(z.enum(['red']), 'A colour.') });
  expect(json.parameter(switchParameter.optional())).toEqual({ type: 'boolean', default: false });
});

test('a parameter that is a time has no pattern beside its format', () => {
  const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
  expect(new JsonSchemas({}).parameter(moment)).toEqual({
    anyOf: [
      { type: 'string', format: 'date-time' },
      { type: 'string', format: 'date' },
    ],
  });
});

test('a parameter refers to a schema that has a name', () => {
  const colour = z.enum(['red']);
  const json = new JsonSchemas({ Colour: named(colour, 'A colour.') });
  expect(json.parameter(colour.optional())).toEqual({ $ref: '#/components/schemas/Colour' });
  expect(json.parameter(colour)).toEqual({ $ref: '#/components/schemas/Colour' });
  expect(Object.keys(json.components())).toEqual(['Colour']);
});
