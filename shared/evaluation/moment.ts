import type { JsonValue } from '../contract/primitives';

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * A day that its month does not have is taken for one of the next month by the engine. The calendar repeats itself
 * after 400 years; the engine takes the first hundred for the twentieth century.
 */
const isDayOfMonth = (year: string, month: string, day: string): boolean =>
  Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();

/**
 * Epoch milliseconds of a moment: ISO 8601 with `Z` or an offset, a date alone (its midnight in UTC), or a number
 * that is epoch milliseconds already. Undefined for anything else; a time without a zone could be any of many.
 */
export const momentOf = (value: JsonValue | undefined): number | undefined => {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : undefined;
  }
  const [, year, month, day] = (typeof value === 'string' && ISO_8601.exec(value)) || [];
  if (year === undefined || month === undefined || day === undefined || !isDayOfMonth(year, month, day)) {
    return undefined;
  }
  const ms = Date.parse(value as string);
  return Number.isNaN(ms) ? undefined : ms;
};
