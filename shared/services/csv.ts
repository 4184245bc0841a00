import { parse } from 'csv-parse/sync';
import { FlagError, invalidField } from '../errors';

/** Characters of one row: a quote that is never closed ends here. */
const MAX_ROW = 64 * 1024;

/** A text as a table; rows of data are numbered from 1, the header is row 0. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Texts that a spreadsheet would carry out, and those that look like one that has been made harmless. */
const FORMULA = /^'*[=+\-@\t\r]/;
const HARMLESS = /^'+[=+\-@\t\r]/;

/** What a cell says, and the other way round: a spreadsheet takes what begins with an apostrophe for text. */
const asText = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);
const fromText = (cell: string): string => (HARMLESS.test(cell) ? cell.slice(1) : cell);

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** One line, with its end; cells that a spreadsheet would take for a formula are made harmless. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => quoted(asText(cell))).join(',')}\r\n`;

const malformed = (row: number, code: string, message: string): FlagError =>
  invalidField(`#row/${String(row)}`, code, `row ${String(row)}: ${message}`);

const SPOILED = 'there is a NUL in it, or bytes that are no UTF-8';

/** What a gateway makes of bytes that are no UTF-8, and what no store keeps as it is. */
const isSpoiled = (cell: string): boolean =>
  cell.includes('\0') || cell.includes('\uFFFD') || !cell.isWellFormed();

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  INVALID_OPENING_QUOTE: 'a quote stands inside of a cell that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: 'behind the closing quote of a cell comes more than the end of the cell',
  CSV_MAX_RECORD_SIZE: `a row has at most ${String(MAX_ROW)} characters`,
};

const parsed = (text: string, maxRows: number): string[][] => {
  try {
    return parse(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_ROW,
      to: maxRows + 2,
    });
  } catch (error) {
    const { code, records } = error as { code?: unknown; records?: number };
    const message = WORDS[String(code)];
    if (message === undefined) {
      throw error;
    }
    // what is no text at all has no rows either
    throw isSpoiled(text)
      ? invalidField('', 'invalid_text', `the body is no text: ${SPOILED}`)
      : malformed(records ?? 0, 'malformed_csv', message);
  }
};

/**
 * Reads CSV with a header row: RFC 4180, with any line ends and empty lines in between. `INVALID_REQUEST` names the row
 * where it is malformed, `PAYLOAD_TOO_LARGE` the number of rows.
 */
export const readCsv = (text: string, maxRows: number): CsvTable => {
  const [header, ...rows] = parsed(text, maxRows);
  if (header === undefined) {
    throw malformed(0, 'required', 'the first row is a header that names the columns');
  }
  const spoiled = [header, ...rows].findIndex((row) => row.some(isSpoiled));
  if (spoiled !== -1) {
    throw malformed(spoiled, 'invalid_text', SPOILED);
  }
  if (rows.length > maxRows) {
    throw new FlagError('PAYLOAD_TOO_LARGE', `There are at most ${String(maxRows)} rows of data here.`);
  }
  return {
    columns: header.map((name) => name.trim()),
    rows: rows.map((row) => row.map(fromText)),
  };
};
