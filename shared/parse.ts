import type * as z from 'zod';
import { jsonPointer } from './contract/json-pointer';
import { type FieldError, FlagError, invalidField } from './errors';

/** More faults than this help nobody, and an answer has a size. */
const MAX_REPORTED = 20;

/** A name that somebody made up may be as long as a body. */
const MAX_SHOWN = 200;

type Issue = z.core.$ZodIssue;

const shown = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

const fieldErrors = (issue: Issue, at: (path: readonly PropertyKey[]) => string): FieldError[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: shown(at([...issue.path, key])),
      code: 'unknown_field',
      message: `"${shown(key)}" is not a field of this request`,
    }));
  }
  return [{ pointer: shown(at(issue.path)), code: issue.code, message: shown(issue.message) }];
};

/**
 * What `schema` makes of `input`, or `INVALID_REQUEST` naming every fault. `at` spells the place of a fault; by
 * default a JSON pointer into the body.
 */
export const parse = <Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  at: (path: readonly PropertyKey[]) => string = jsonPointer,
): z.infer<Schema> => {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    return parsed.data;
  }
  if (input === undefined && at === jsonPointer) {
    throw invalidField('', 'required', 'the request needs a JSON body');
  }
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, at)).slice(0, MAX_REPORTED);
  const first = errors[0];
  throw new FlagError(
    'INVALID_REQUEST',
    first === undefined
      ? 'The request is not valid.'
      : `${first.pointer === '' ? 'The request' : first.pointer}: ${first.message}.`,
    { errors },
  );
};
