import { compileFilters } from '../../local/stream-filter';

const record = (eventName: string, sortKey: string) => ({
  eventName,
  dynamodb: { Keys: { SK: { S: sortKey } } },
});
const sortKey = (test: unknown) => ({ dynamodb: { Keys: { SK: { S: [test] } } } });

describe('a filter of an event source mapping', () => {
  it('lets a record through where any pattern fits as a whole', () => {
    const passes = compileFilters([
      { eventName: ['INSERT'], ...sortKey({ prefix: 'CHANGE#' }) },
      sortKey({ prefix: 'FLAG#' }),
    ]);
    expect(passes(record('INSERT', 'CHANGE#1'))).toBe(true);
    expect(passes(record('REMOVE', 'CHANGE#1'))).toBe(false);
    expect(passes(record('REMOVE', 'FLAG#a'))).toBe(true);
    expect(passes(record('INSERT', 'VERSION#FLAGS'))).toBe(false);
    expect(passes({})).toBe(false);
  });

  it('lets everything through where there is none', () => {
    expect(compileFilters([])(record('INSERT', 'x'))).toBe(true);
  });

  it('knows exact values, exists and anything-but', () => {
    expect(compileFilters([sortKey('a')])(record('X', 'a'))).toBe(true);
    expect(compileFilters([sortKey({ 'anything-but': ['a'] })])(record('X', 'a'))).toBe(false);
    expect(compileFilters([sortKey({ 'anything-but': 'a' })])(record('X', 'b'))).toBe(true);
    expect(compileFilters([{ userIdentity: [{ exists: false }] }])(record('X', 'b'))).toBe(true);
    expect(compileFilters([{ eventName: [{ exists: false }] }])(record('X', 'b'))).toBe(false);
  });

  it('is refused at the start where it uses what is not known', () => {
    expect(() => compileFilters([sortKey({ numeric: ['>', 1] })])).toThrow('numeric');
    expect(() => compileFilters(['text'])).toThrow('a filter is an object or a list');
  });
});
