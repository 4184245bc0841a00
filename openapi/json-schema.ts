import * as z from 'zod';
import { limitParameter, switchParameter } from '../shared/contract/parameters';
import { JsonValueSchema, SERVER_OWNED, withoutServerOwned } from '../shared/contract/primitives';
import type { NamedSchema } from './named-schema';

export interface JsonSchema {
  [keyword: string]: unknown;
}

type Direction = 'input' | 'output';

const PLACE = '#/components/schemas/';

/** What a zod schema says worse than it could, because it reads text or goes round in circles. */
const shownAs = new Map<z.core.$ZodType, JsonSchema>([
  [JsonValueSchema, {}],
  [switchParameter, { type: 'boolean', default: false }],
  [limitParameter, { type: 'integer', minimum: 1, maximum: 500, default: 50 }],
]);

const override = (made: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }): void => {
  const { jsonSchema } = made;
  const shown = shownAs.get(made.zodSchema);
  if (shown !== undefined) {
    Object.keys(jsonSchema).forEach((keyword) => Reflect.deleteProperty(jsonSchema, keyword));
    Object.assign(jsonSchema, shown);
  }
  // the format says it all, and zod's patterns of times are as long as a page
  if (jsonSchema['format'] === 'date-time' || jsonSchema['format'] === 'date') {
    delete jsonSchema['pattern'];
  }
  // no bounds of the field, but of what a double counts exactly
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) {
    delete jsonSchema['maximum'];
  }
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) {
    delete jsonSchema['minimum'];
  }
};

const without = (json: JsonSchema, ...keywords: readonly string[]): JsonSchema =>
  Object.fromEntries(Object.entries(json).filter(([keyword]) => !keywords.includes(keyword)));

const serverOwned = Object.fromEntries(
  [...SERVER_OWNED].map((name) => [
    name,
    { readOnly: true, description: 'Ignored: the server has its own.' },
  ]),
);

/** Whether a request may repeat what the server owns. */
const dropsServerOwned = (schema: z.core.$ZodType): boolean => {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return (
    inner instanceof z.ZodPipe &&
    inner.in instanceof z.ZodTransform &&
    inner.in.def.transform === withoutServerOwned
  );
};

const described = (json: JsonSchema, { schema, description, fields, example }: NamedSchema): JsonSchema => {
  const rest = without(json, '$id', '$schema', 'id');
  const properties = rest['properties'] as Record<string, JsonSchema> | undefined;
  const withTexts =
    properties &&
    Object.entries(properties).map(([name, property]) => {
      const text = fields[name];
      return [name, { ...property, ...(text !== undefined && { description: text }) }] as const;
    });
  return {
    description,
    ...rest,
    ...(withTexts && {
      properties: { ...Object.fromEntries(withTexts), ...(dropsServerOwned(schema) && serverOwned) },
    }),
    ...(example !== undefined && { examples: [example] }),
  };
};

const NAMELESS = `${PLACE}__shared#/$defs/`;

/** With the parts that zod found in several places, but that have no name, at each of these places. */
const inlined = (
  json: unknown,
  nameless: Readonly<Record<string, JsonSchema>>,
  within: readonly string[],
): unknown => {
  if (typeof json !== 'object' || json === null) {
    return json;
  }
  if (Array.isArray(json)) {
    return json.map((each) => inlined(each, nameless, within));
  }
  const { $ref, ...rest } = json as JsonSchema;
  if (typeof $ref === 'string' && $ref.startsWith(NAMELESS)) {
    if (within.includes($ref)) {
      throw new Error('A schema that refers to itself has no name: give it one in openapi/schemas.');
    }
    const part = { ...nameless[$ref.slice(NAMELESS.length)], ...rest };
    return inlined(part, nameless, [...within, $ref]);
  }
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, inlined(value, nameless, within)]),
  );
};

/** Everything a JSON value refers to. */
const referencesIn = (json: unknown): string[] => {
  if (typeof json !== 'object' || json === null) {
    return [];
  }
  return Object.entries(json).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(PLACE.length)] : referencesIn(value),
  );
};

const reachable = (from: Iterable<string>, schemas: Readonly<Record<string, JsonSchema>>): Set<string> => {
  const found = new Set<string>();
  const open = [...from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (!found.has(name)) {
      found.add(name);
      open.push(...referencesIn(schemas[name]));
    }
  }
  return found;
};

/** The named schemas as JSON Schema, and references to them. */
export class JsonSchemas {
  private readonly registry = z.registry<{ id: string }>();
  private readonly used: Record<Direction, Set<string>> = { input: new Set(), output: new Set() };

  constructor(private readonly named: Readonly<Record<string, NamedSchema>>) {
    for (const [id, { schema }] of Object.entries(named)) {
      this.registry.add(schema, { id });
    }
  }

  /** A reference to a schema of an answer. */
  answer(name: string): JsonSchema {
    this.used.output.add(name);
    return { $ref: `${PLACE}${name}` };
  }

  /** A reference to a schema of a body, which must have a name. */
  body(schema: z.ZodType): JsonSchema {
    const name = this.registry.get(schema)?.id;
    if (name === undefined) {
      throw new Error('its body has no name: give it one in openapi/schemas');
    }
    this.used.input.add(name);
    return { $ref: `${PLACE}${name}` };
  }

  /** The schema of a parameter; named parts of it are references. */
  parameter(schema: z.ZodType): JsonSchema {
    const json = z.toJSONSchema(schema, { io: 'input', metadata: this.registry, override });
    const text = JSON.stringify(without(json, '$schema', '$defs'));
    const placed = JSON.parse(text.replaceAll('#/$defs/', PLACE)) as JsonSchema;
    referencesIn(placed).forEach((name) => this.used.input.add(name));
    return placed;
  }

  /** Every schema that has been referred to, directly or by another. Throws where bodies and answers disagree on one. */
  components(): Record<string, JsonSchema> {
    const as = { input: this.all('input'), output: this.all('output') };
    const asked = reachable(this.used.input, as.input);
    const answered = reachable(this.used.output, as.output);
    const names = [...new Set([...asked, ...answered])].sort();
    const unused = Object.keys(this.named).filter((name) => !names.includes(name));
    if (unused.length > 0) {
      throw new Error(`No operation uses the schema ${unused.join(', ')} of openapi/schemas.`);
    }
    return Object.fromEntries(
      names.map((name) => {
        const { [name]: input = {} } = as.input;
        const { [name]: output = {} } = as.output;
        if (asked.has(name) && answered.has(name) && JSON.stringify(input) !== JSON.stringify(output)) {
          throw new Error(`${name} differs in requests and answers: make it two schemas.`);
        }
        return [name, asked.has(name) ? input : output];
      }),
    );
  }

  private all(io: Direction): Record<string, JsonSchema> {
    const { __shared: shared, ...schemas } = z.toJSONSchema(this.registry, {
      io,
      uri: (id) => `${PLACE}${id}`,
      override,
    }).schemas as Record<string, JsonSchema>;
    const nameless = (shared?.['$defs'] ?? {}) as Record<string, JsonSchema>;
    return Object.fromEntries(
      Object.entries(this.named).map(([name, named]) => [
        name,
        described(inlined(schemas[name] ?? {}, nameless, []) as JsonSchema, named),
      ]),
    );
  }
}
