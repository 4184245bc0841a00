/** What a pattern is read as: quoted text, escapes, classes and counts as wholes, everything else by characters. */
const TOKEN =
  /\\Q[\s\S]*?(?:\\E|$)|\\(?:[pP]|x)\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]])*\]|\{\d+(?:,\d*)?\}|[\s\S]/g;
const COUNT = /^\{(\d+)(?:,(\d*))?\}$/;
const UNICODE_CLASS = /\\[pP]/g;

/**
 * About how many instructions a pattern has once its counted repetitions are written out. It is read from the text
 * alone: to compile `(|a){1000}` fifty times over takes a third of a second.
 */
export const writtenOutSize = (pattern: string): number => {
  const outer: number[] = [];
  let size = 0;
  let last = 0;
  for (const [token] of pattern.matchAll(TOKEN)) {
    const [, least, most] = COUNT.exec(token) ?? [];
    if (least !== undefined) {
      const times = Math.max(1, Number(least), Number(most ?? 0));
      size += last * (times - 1);
      last *= times;
    } else if (token === '(') {
      outer.push(size);
      size = 0;
      last = 0;
    } else {
      last = token === ')' ? size + 1 : token.startsWith('\\Q') ? token.length : 1;
      size = token === ')' ? (outer.pop() ?? 0) + last : size + last;
    }
  }
  return outer.reduce((sum, each) => sum + each, size);
};

/** How many classes of Unicode (`\p{Greek}`) a pattern names; each is a table to merge. */
export const unicodeClassesIn = (pattern: string): number => pattern.match(UNICODE_CLASS)?.length ?? 0;
