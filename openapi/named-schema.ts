import type * as z from 'zod';

type FieldOf<Schema extends z.ZodType> = Extract<keyof NonNullable<z.output<Schema>>, string>;

/** A schema of the contract as the document shows it. Its texts stand here and not on the schema: bundles carry that. */
export interface NamedSchema {
  readonly schema: z.ZodType;
  /** Markdown. */
  readonly description: string;
  /** What the field's name and type do not say. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly example: unknown;
}

export const named = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  fields?: Readonly<Partial<Record<FieldOf<Schema>, string>>>,
  example?: z.input<Schema>,
): NamedSchema => ({ schema, description, fields: fields ?? {}, example });
