import { CreateFlagRequestSchema } from '../../shared/contract/flag';
import { TimestampSchema } from '../../shared/contract/primitives';
import { CreateSegmentRequestSchema } from '../../shared/contract/segment';
import type { FlagError } from '../../shared/errors';
import { parse } from '../../shared/parse';

const faultsOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as FlagError).errors?.map(({ pointer, code }) => `${pointer} ${code}`);
  }
  return [];
};

const condition = { attribute: 'email', operator: 'equals', value: 'a' };
const ofConditions = (...conditions: unknown[]) =>
  faultsOf(() => parse(CreateFlagRequestSchema, { key: 'k', rules: [{ conditions }] }));
const nested = (depth: number, innermost: unknown): unknown =>
  depth === 0 ? innermost : { operator: 'AND', conditions: [nested(depth - 1, innermost)] };

describe('what is wrong in something that may have one of several forms', () => {
  it.each([
    ['a condition without a value', { attribute: 'email', operator: 'equals' }, ['/value invalid_type']],
    ['an operator that is none', { ...condition, operator: 'is' }, ['/operator invalid_value']],
    ['an attribute of no name', { ...condition, attribute: '' }, ['/attribute too_small']],
    ['a field too many', { ...condition, negate: true }, ['/negate unknown_field']],
    ['a value beyond all numbers', { ...condition, value: [1, Infinity] }, ['/value/1 invalid_type']],
    [
      'a rule of no known operator',
      { operator: 'XOR', conditions: [condition] },
      ['/operator invalid_value'],
    ],
    ['a rule whose conditions are none', { operator: 'AND', conditions: 7 }, ['/conditions invalid_type']],
    ['a text', 'email = a', [' invalid_type']],
  ])('is told by the form that was meant: %s', (_, given, expected) => {
    expect(ofConditions(condition, given)).toEqual(expected.map((fault) => `/rules/0/conditions/1${fault}`));
  });

  it('is told at its own place, however deep that is and however many places there are', () => {
    const wrong = Array.from({ length: 6 }, () => ({ ...condition, operator: 'is' }));
    expect(ofConditions({ operator: 'OR', conditions: wrong })).toEqual(
      wrong.map((_, index) => `/rules/0/conditions/0/conditions/${index}/operator invalid_value`),
    );
    expect(ofConditions(nested(6, { ...condition, value: undefined }))).toEqual([
      `/rules/0${'/conditions/0'.repeat(7)}/value invalid_type`,
    ]);
    expect(ofConditions(nested(6, condition))).toEqual([]);
  });

  it('names all kinds that are possible where none of them was given', () => {
    const body = { key: 'k', valueSchema: 7 };
    expect(() => parse(CreateFlagRequestSchema, body)).toThrow(
      '/valueSchema: Invalid input: expected object or boolean.',
    );
    expect(() => parse(CreateSegmentRequestSchema, { key: 'k', conditions: [1] })).toThrow(
      '/conditions/0: Invalid input: expected object.',
    );
  });

  it('is told to be required where there is nothing', () => {
    const conditions = [{ attribute: 'email', operator: 'equals' }];
    expect(() => parse(CreateSegmentRequestSchema, { key: 'k', conditions })).toThrow(
      '/conditions/0/value: required.',
    );
    expect(() => parse(CreateSegmentRequestSchema, { key: 'k' })).toThrow('/conditions: required.');
  });

  it('is told in words of JSON and with the form that a time has', () => {
    expect(() => parse(CreateFlagRequestSchema, { key: 'k', variants: 7 })).toThrow(
      '/variants: Invalid input: expected object, received number.',
    );
    expect(() => parse(TimestampSchema, '2026-11-21T09:00Z')).toThrow('as 2026-11-21T09:00:00Z.');
  });

  it('is told of twenty places at most', () => {
    expect(ofConditions(...Array.from({ length: 50 }, () => 7))).toHaveLength(20);
  });
});
