import type { JsonValue } from '../contract/primitives';

/** Characters of a text, members of a list or an object, and nested levels that people are shown. */
const MAX_TEXT = 60;
const MAX_MEMBERS = 5;
const MAX_DEPTH = 2;

/** Epoch milliseconds that a date can have. */
const MAX_DATE_MS = 8.64e15;

export const shownText = (text: string): string =>
  JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

const shownMembers = <Member>(all: readonly Member[], show: (each: Member) => string): string =>
  all
    .slice(0, MAX_MEMBERS)
    .map(show)
    .concat(all.length > MAX_MEMBERS ? [`… ${all.length} in all`] : [])
    .join(', ');

/** A value as people are shown it: JSON, of which only the beginning where it is long. */
export const shownValue = (value: JsonValue, depth = 0): string => {
  if (typeof value === 'string') {
    return shownText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const show = (member: JsonValue): string => shownValue(member, depth + 1);
  if (Array.isArray(value)) {
    return depth === MAX_DEPTH ? '[…]' : `[${shownMembers(value, show)}]`;
  }
  return depth === MAX_DEPTH
    ? '{…}'
    : `{${shownMembers(Object.entries(value), ([name, member]) => `${shownText(name)}: ${show(member)}`)}}`;
};

/** Names in a sentence: `"a", "b"`. */
export const shownNames = (names: Iterable<string>): string => shownMembers([...names], shownText);

/** Epoch milliseconds as ISO 8601 in UTC. */
export const shownMoment = (epochMs: number): string =>
  Math.abs(epochMs) <= MAX_DATE_MS ? new Date(epochMs).toISOString() : `${epochMs} ms`;
