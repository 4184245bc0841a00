/** Event filter patterns of an event source mapping, as far as the template uses them. */

type Test = (value: unknown) => boolean;

const operator = (name: string, argument: unknown): Test => {
  switch (name) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(String(argument));
    case 'exists':
      return (value) => (value !== undefined) === argument;
    case 'anything-but': {
      const refused = Array.isArray(argument) ? argument : [argument];
      return (value) => value !== undefined && !refused.includes(value);
    }
    default:
      throw new Error(`the filter operator "${name}" is not known here`);
  }
};

const testFor = (alternative: unknown): Test => {
  if (typeof alternative !== 'object' || alternative === null) {
    return (value) => value === alternative;
  }
  const tests = Object.entries(alternative).map(([name, argument]) => operator(name, argument));
  return (value) => tests.every((test) => test(value));
};

/** Compiles a pattern; an operator that is not known throws here, at the start. */
const compileFilter = (pattern: unknown): Test => {
  if (Array.isArray(pattern)) {
    const tests = pattern.map(testFor);
    return (value) => tests.some((test) => test(value));
  }
  if (typeof pattern !== 'object' || pattern === null) {
    throw new Error(`a filter is an object or a list, not ${JSON.stringify(pattern)}`);
  }
  const parts = Object.entries(pattern).map(([key, inner]) => [key, compileFilter(inner)] as const);
  return (value) =>
    parts.every(([key, test]) =>
      test(typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined),
    );
};

/** A record passes where any of the patterns lets it, or where there is none. */
export const compileFilters = (patterns: readonly unknown[]): Test => {
  const tests = patterns.map(compileFilter);
  return (value) => tests.length === 0 || tests.some((test) => test(value));
};
