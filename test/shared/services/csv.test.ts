import fc from 'fast-check';
import type { FlagError } from '../../../shared/errors';
import { csvLine, readCsv } from '../../../shared/services/csv';
import { readEntries, readTable } from '../../../shared/services/import-rows';

const faultOf = (read: () => unknown): string => {
  try {
    read();
    return 'none';
  } catch (error) {
    const { code, errors } = error as FlagError;
    return `${code} ${(errors ?? []).map((each) => `${each.pointer} ${each.code}`).join(', ')}`.trim();
  }
};

const NO_DEFAULTS = { overrideType: null, reason: null, expiresAt: null };
const format = { defaults: NO_DEFAULTS, userIdFormat: 'any', maxRows: 10 } as const;

describe('CSV', () => {
  it('may begin with a byte order mark, quote cells, mix line ends and leave lines empty', () => {
    const text = '\uFEFFuserId,reason\r\na,"x, ""y""\nz"\n\n\r\nb,plain\rc,\n';
    expect(readCsv(text, 10)).toEqual({
      columns: ['userId', 'reason'],
      rows: [
        ['a', 'x, "y"\nz'],
        ['b', 'plain'],
        ['c', ''],
      ],
    });
  });

  it.each([
    ['', 'INVALID_REQUEST #row/0 required'],
    ['\n\n', 'INVALID_REQUEST #row/0 required'],
    ['userId\na\n"b', 'INVALID_REQUEST #row/2 malformed_csv'],
    ['userId\na"b', 'INVALID_REQUEST #row/1 malformed_csv'],
    ['userId\n"a"b', 'INVALID_REQUEST #row/1 malformed_csv'],
    ['userId\na\nb\0', 'INVALID_REQUEST #row/2 invalid_text'],
    ['userId\n\uFFFD\uFFFD', 'INVALID_REQUEST #row/1 invalid_text'],
    ['userId\na"b\n\uFFFD', 'INVALID_REQUEST  invalid_text'],
    [`userId\n"${'x'.repeat(70_000)}"`, 'INVALID_REQUEST #row/1 malformed_csv'],
    [`userId\n${'a\n'.repeat(11)}`, 'PAYLOAD_TOO_LARGE'],
  ])('that is none is refused, and says where (%#)', (text, expected) => {
    expect(faultOf(() => readCsv(text, 10))).toBe(expected);
  });

  it('names the row in words as well', () => {
    expect(() => readCsv('userId\na\n"b', 10)).toThrow('row 2: a quote is not closed');
  });

  it('keeps cells that a spreadsheet would carry out, and writes them so that it does not', () => {
    for (const cell of ['=cmd()', '+1', '-1', '@x', '\tx', '\rx', "'=x", "''-x"]) {
      const line = csvLine([cell]);
      expect(line).toMatch(/^"?'/);
      expect(readCsv(`column\n${line}`, 10).rows).toEqual([[cell]]);
    }
    expect(csvLine(['plain', "it's", "'"])).toBe("plain,it's,'\r\n");
    expect(readCsv('column\n=cmd()', 10).rows).toEqual([['=cmd()']]);
  });

  it('reads back whatever it has written', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', "'", '=', '+', '"', ',', '\n', '\r', '\t', ' ', 'é'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constant('id'), cell), { maxLength: 9 }), (rows) => {
        const text = csvLine(['userId', 'reason']) + rows.map(csvLine).join('');
        expect(readCsv(text, 10).rows).toEqual(rows);
      }),
    );
  });
});

describe('the columns of an import', () => {
  it('stand in any order', () => {
    const [entry] = readEntries('reason,overrideType,userId\nbecause,exclude,u1', format, 0);
    expect(entry).toEqual({
      wanted: { userId: 'u1', kind: 'exclude', enabled: true, reason: 'because', expiresAtMs: null },
    });
  });

  it.each([
    ['userId,overrideType,color', '#column/color unknown_column'],
    ['userId,overrideType,userId', '#column/userId repeated_column'],
    ['overrideType', '#column/userId missing_column'],
    ['userId', '#column/overrideType missing_column'],
  ])('%s are refused', (header, expected) => {
    expect(faultOf(() => readTable(`${header}\na,b,c`, format))).toBe(`INVALID_REQUEST ${expected}`);
  });

  it('may lack what has a default', () => {
    const defaults = { overrideType: 'include', reason: 'r', expiresAt: '2030-01-01T00:00:00Z' } as const;
    expect(readEntries('userId\nu1', { ...format, defaults }, 0)).toEqual([
      {
        wanted: {
          userId: 'u1',
          kind: 'include',
          enabled: true,
          reason: 'r',
          expiresAtMs: Date.parse(defaults.expiresAt),
        },
      },
    ]);
  });

  it('name a user twice: the later row counts, but one that is rejected does not', () => {
    const text = 'userId,overrideType,expiresAt\nu1,include,\nu1,include,\nu1,exclude,\nu1,exclude,1999';
    expect(readEntries(text, format, 0).map((entry) => Object.keys(entry)[0])).toEqual([
      'superseded',
      'wanted',
      'wanted',
      'rejected',
    ]);
  });
});
