import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileCoverageData, Range } from 'istanbul-lib-coverage';
import { linesThatRan, neverLoaded } from './support/coverage';

const TEXT = `const called = () => {
  try {
    return [
      1,
    ];
  } catch {
    return 0;
  }
};
const idle = (of) => {
  const one = {
    of,
  };
  return one;
};
const either = (is) =>
  is
    ? 1
    : 0;
`;

const range = (line: number, column: number, endLine: number, endColumn: number | null): Range =>
  ({ start: { line, column }, end: { line: endLine, column: endColumn } }) as Range;

/** As jest counts it where `called` was called, `idle` was not, and `either` was called with true. */
const DATA: FileCoverageData = {
  path: 'text.ts',
  statementMap: {
    0: range(1, 15, 9, 1),
    1: range(2, 2, 8, 3),
    2: range(3, 4, 5, null),
    3: range(7, 4, 7, null),
    4: range(10, 13, 15, 1),
    5: range(11, 14, 13, null),
    6: range(14, 2, 14, null),
    7: range(16, 15, 19, null),
    8: range(17, 2, 19, null),
  },
  s: { 0: 1, 1: 1, 2: 1, 3: 0, 4: 1, 5: 0, 6: 0, 7: 1, 8: 1 },
  fnMap: {
    0: { name: 'called', decl: range(1, 15, 1, 16), loc: range(1, 21, 9, 1), line: 1 },
    1: { name: 'idle', decl: range(10, 13, 10, 14), loc: range(10, 21, 15, 1), line: 10 },
    2: { name: 'either', decl: range(16, 15, 16, 16), loc: range(17, 2, 19, null), line: 17 },
  },
  f: { 0: 1, 1: 0, 2: 1 },
  branchMap: {
    0: {
      loc: range(17, 2, 19, null),
      type: 'cond-expr',
      locations: [range(18, 6, 18, 7), range(19, 6, 19, 7)],
      line: 17,
    },
  },
  b: { 0: [1, 0] },
};

describe('the lines that ran', () => {
  it('are not those of a function that nobody called, a catch that nothing reached, a branch not taken', () => {
    const ran = linesThatRan(TEXT, DATA);
    expect(ran).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 10, 16, 17, 18]));
    expect(ran.filter((line) => [7, 11, 12, 13, 14, 19].includes(line))).toEqual([]);
  });
});

describe('a source that nothing loads', () => {
  const root = mkdtempSync(join(tmpdir(), 'guidon-sources-'));

  beforeAll(() => {
    const code = 'export const one = 1;';
    const files = {
      'shared/loaded.ts': code,
      'shared/deep/forgotten.ts': code,
      'shared/types.ts': "import type { One } from './one';\nexport interface Two extends One {}",
      'functions/readme.md': code,
      'lib/substitutes/part.ts': code,
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(root, name, '..'), { recursive: true });
      writeFileSync(join(root, name), text);
    }
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('is named, unless it holds types alone or is not ours', () => {
    expect(neverLoaded(root, new Set(['shared/loaded.ts']))).toEqual(['shared/deep/forgotten.ts']);
  });
});
