import type * as z from 'zod';
import { jsonPointer } from './contract/json-pointer';
import { type FieldError, invalidField, refused } from './errors';

/** A name that somebody made up may be as long as a body. */
const MAX_SHOWN = 400;

type Issue = z.core.$ZodIssue;

/** Faults that say what kind of value there should be; without any value they say too much. */
const KINDS_EXPECTED: ReadonlySet<string> = new Set(['invalid_type', 'invalid_union']);

const shown = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

const kinds = (expected: readonly string[]): string => {
  const distinct = [...new Set(expected.map((kind) => (kind === 'record' ? 'object' : kind)))];
  return [distinct.slice(0, -1).join(', '), ...distinct.slice(-1)].filter((text) => text !== '').join(' or ');
};

/** How many faults lie how deep; a branch that fits at the top is the one that was meant. */
const depthsOf = (branch: readonly Issue[]): number[] => {
  const depths: number[] = [];
  for (const issue of branch) {
    const isAboutKeys = issue.code === 'unrecognized_keys';
    const depth = issue.path.length + (isAboutKeys ? 1 : 0);
    depths[depth] = (depths[depth] ?? 0) + (isAboutKeys ? issue.keys.length : 1);
  }
  return depths;
};

const byDepths = (one: readonly Issue[], other: readonly Issue[]): number => {
  const [ones, others] = [depthsOf(one), depthsOf(other)];
  const levels = Math.max(ones.length, others.length);
  for (let level = 0; level < levels; level += 1) {
    const difference = (ones[level] ?? 0) - (others[level] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
};

/** What is wrong by the branch of a union that fits best. */
const unionErrors = (
  issue: Extract<Issue, { code: 'invalid_union' }>,
  at: (path: readonly PropertyKey[]) => string,
): FieldError[] => {
  const types = issue.errors.map(([first]) => first);
  const expected = types.flatMap((first) =>
    first?.code === 'invalid_type' && first.path.length === 0 ? [first.expected] : [],
  );
  if (expected.length > 1 && expected.length === types.length) {
    const message = `Invalid input: expected ${kinds(expected)}`;
    return [{ pointer: shown(at(issue.path)), code: 'invalid_type', message }];
  }
  const best = issue.errors.reduce<readonly Issue[]>(
    (one, other) => (one.length > 0 && byDepths(one, other) <= 0 ? one : other),
    [],
  );
  return best.length === 0
    ? [{ pointer: shown(at(issue.path)), code: issue.code, message: shown(issue.message) }]
    : best.flatMap((each) => fieldErrors({ ...each, path: [...issue.path, ...each.path] }, at));
};

const fieldErrors = (issue: Issue, at: (path: readonly PropertyKey[]) => string): FieldError[] => {
  if (KINDS_EXPECTED.has(issue.code) && issue.path.length > 0 && issue.input === undefined) {
    return [{ pointer: shown(at(issue.path)), code: 'invalid_type', message: 'required' }];
  }
  if (issue.code === 'invalid_union') {
    return unionErrors(issue, at);
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: shown(at([...issue.path, key])),
      code: 'unknown_field',
      message: `"${shown(key)}" is not a field of this request`,
    }));
  }
  const message = shown(issue.message.replace('expected record', 'expected object'));
  return [{ pointer: shown(at(issue.path)), code: issue.code, message }];
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
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) {
    return parsed.data;
  }
  if (input === undefined && at === jsonPointer) {
    throw invalidField('', 'required', 'the request needs a JSON body');
  }
  throw refused(
    'INVALID_REQUEST',
    parsed.error.issues.flatMap((issue) => fieldErrors(issue, at)),
  );
};
