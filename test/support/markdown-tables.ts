import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rows of a table by their first cell, then by the head of the column. */
export type MarkdownTable = ReadonlyMap<string, Readonly<Record<string, string>>>;

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

/** Whether a line rules off the head of a table. */
const isRule = (line: string | undefined): boolean => line !== undefined && /^\|[-:| ]+\|$/.test(line);

const without = (cell: string): string => cell.replaceAll('`', '');

/** The table of a file in `docs` whose heads begin so; throws if there is not exactly one. */
export const readMarkdownTable = (file: string, ...heads: readonly string[]): MarkdownTable => {
  const lines = readFileSync(join(__dirname, '..', '..', 'docs', file), 'utf8')
    .split('\n')
    .map((line) => line.trim());
  const starts = lines.flatMap((line, index) =>
    isRule(lines[index + 1]) && heads.every((head, column) => cellsOf(line)[column] === head) ? [index] : [],
  );
  const [start, ...others] = starts;
  if (start === undefined || others.length > 0) {
    throw new Error(`docs/${file} has ${String(starts.length)} tables that begin with ${heads.join(' | ')}`);
  }
  const columns = cellsOf(lines[start] ?? '');
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return new Map(
    lines.slice(start + 2, end === -1 ? undefined : end).map((line) => {
      const cells = cellsOf(line).map(without);
      return [cells[0] ?? '', Object.fromEntries(columns.map((head, column) => [head, cells[column] ?? '']))];
    }),
  );
};
