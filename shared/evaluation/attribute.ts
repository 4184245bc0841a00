import type { JsonValue } from '../contract/primitives';
import type { Question } from './model';

/** What the caller of a question has under a name; undefined where it has nothing. */
export type Attribute = (question: Question) => JsonValue | undefined;

/** Steps into nested attributes, the name itself not counted. */
const MAX_STEPS = 8;

/** Own properties of plain objects alone: nothing is found in prototypes, lists or texts. */
const ownProperty = (value: JsonValue | undefined, name: string): JsonValue | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? value[name]
    : undefined;

/** The names that are no custom attributes. */
const NAMED: Readonly<Partial<Record<string, Attribute>>> = {
  userId: ({ userId }) => userId,
  email: ({ context }) => context.email,
  groups: ({ context }) => (context.groups.length === 0 ? undefined : (context.groups as string[])),
  userType: ({ context }) => context.userType,
  subscription: ({ context }) => context.subscription,
  environment: ({ context }) => context.environment,
  now: ({ nowMs }) => nowMs,
  country: ({ context }) => context.country,
  region: ({ context }) => context.region,
  client: ({ context }) => context.client,
  session: ({ context }) => context.session,
};

/** Those of them that have attributes of their own. */
const OBJECTS: ReadonlySet<string> = new Set(['client', 'session']);

const first = (name: string): Attribute =>
  (Object.hasOwn(NAMED, name) ? NAMED[name] : undefined) ??
  (({ context }) => ownProperty(context.custom, name));

/**
 * The attribute at a dotted path; undefined where the text is no path, or leads into what has no attributes of its own,
 * or where no text is stored.
 */
export const compileAttribute = (path: unknown): Attribute | undefined => {
  if (typeof path !== 'string') {
    return undefined;
  }
  const [name = '', ...steps] = path.split('.');
  if (name === '' || steps.includes('') || steps.length > MAX_STEPS || path.includes('__proto__')) {
    return undefined;
  }
  const start = first(name);
  if (steps.length === 0) {
    return start;
  }
  const isNamed = Object.hasOwn(NAMED, name) || name === 'segment';
  if (isNamed) {
    return OBJECTS.has(name) ? walk(start, steps) : undefined;
  }
  const walked = walk(start, steps);
  // identity providers put namespaces into names: https://example.com/plan
  return (question) => ownProperty(question.context.custom, path) ?? walked(question);
};

const walk =
  (start: Attribute, steps: readonly string[]): Attribute =>
  (question) =>
    steps.reduce<JsonValue | undefined>(ownProperty, start(question));
