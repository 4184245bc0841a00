/** Reader and runner of `.http` files with expectations in comments; see examples/. */

export interface HttpStep {
  readonly title: string;
  /** Under which later steps refer to the answer, as `{{name.response.body.$.id}}`. */
  readonly name: string | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Statuses the answer may have. */
  readonly statuses: readonly number[];
  /** The answer may need a moment to become what is expected: caches and the audit log follow behind a write. */
  readonly isEventual: boolean;
  readonly expectations: readonly { readonly path: string; readonly value: unknown }[];
}

const EXPECTATION = /^# => (.*)$/;
const NAME = /^# @name (\w+)$/m;
const OF_ANSWER = '.response.body.$.';

/** The value of a variable, or of a part of the answer to a named step. */
type ValueOf = (variable: string) => unknown;

const fill = (text: string, valueOf: ValueOf): string =>
  text.replaceAll(/\{\{([\w.$]+)\}\}/g, (_, name: string) => {
    const value = valueOf(name);
    if (typeof value !== 'string') {
      throw new Error(`the variable {{${name}}} has no value`);
    }
    return value;
  });

const parseStep = (block: string, valueOf: ValueOf): HttpStep | undefined => {
  const lines = fill(block, valueOf).split('\n');
  const title = lines[0]?.trim() ?? '';
  const expected = lines.flatMap((line) => EXPECTATION.exec(line)?.[1] ?? []);
  const rest = lines.slice(1).filter((line) => !line.startsWith('#'));
  const start = rest.findIndex((line) => /^[A-Z]+ /.test(line));
  if (start === -1) {
    return undefined;
  }
  const [requestLine = '', ...after] = rest.slice(start);
  const blank = after.findIndex((line) => line.trim() === '');
  const headerLines = blank === -1 ? after : after.slice(0, blank);
  const body = blank === -1 ? '' : after.slice(blank).join('\n').trim();
  const [method = '', url = ''] = requestLine.split(' ');
  const [statusLine = '', ...facts] = expected;
  return {
    title: title === '' ? requestLine : title,
    name: NAME.exec(block)?.[1],
    method,
    url,
    headers: Object.fromEntries(
      headerLines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    ),
    body: body === '' ? undefined : body,
    statuses: [...statusLine.matchAll(/\d{3}/g)].map(([status]) => Number(status)),
    isEventual: statusLine.includes('eventually'),
    expectations: facts.map((fact) => {
      const [path = '', value = ''] = fact.split(' = ');
      return { path: path.replace(/^body\./, ''), value: JSON.parse(value) as unknown };
    }),
  };
};

/**
 * Runs the requests of a file in order; `run` gives the body of the answer. `variables` win over the `@name = …` lines
 * of the file. Says how many there were.
 */
export const runHttpFile = async (
  text: string,
  variables: Readonly<Record<string, string>>,
  run: (step: HttpStep) => Promise<unknown>,
): Promise<number> => {
  const own = Object.fromEntries(
    [...text.matchAll(/^@(\w+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const plain: Record<string, string> = { ...own, ...variables };
  const answers = new Map<string | undefined, unknown>();
  const valueOf: ValueOf = (variable) => {
    const [name, path] = variable.split(OF_ANSWER);
    return path === undefined ? plain[variable] : valueAt(answers.get(name), path);
  };
  const [, ...blocks] = text.split(/^###/m);
  let steps = 0;
  for (const block of blocks) {
    const step = parseStep(block, valueOf);
    if (step !== undefined) {
      answers.set(step.name, await run(step));
      steps += 1;
    }
  }
  return steps;
};

/** `a.0.b` in a JSON value; undefined where there is nothing. */
export const valueAt = (body: unknown, path: string): unknown => {
  let value: unknown = body;
  // a key may itself contain dots or dashes: the longest key that exists wins
  const parts = path.split('.');
  while (parts.length > 0 && value !== undefined && value !== null) {
    let taken = 1;
    for (let length = parts.length; length > 1; length -= 1) {
      if (Object.hasOwn(value, parts.slice(0, length).join('.'))) {
        taken = length;
        break;
      }
    }
    value = (value as Record<string, unknown>)[parts.splice(0, taken).join('.')];
  }
  return value;
};
