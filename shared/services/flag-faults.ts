import { MAX_FLAG_BYTES } from '../contract/flag';
import { jsonPointer } from '../contract/json-pointer';
import { type FieldError, FlagError, refused } from '../errors';
import { compileFlag } from '../evaluation/compile-flag';
import type { Compilers, Fault } from '../evaluation/model';
import type { FlagRecord } from '../ports';
import { ruleFaults, segmentsNamedIn } from './rule-faults';
import { checkValueSchema } from './value-schema';

/** Spells the place of a fault in a flag as a place in the request. */
export type PointerOf = (path: readonly PropertyKey[]) => string;

/** Throws `INVALID_REQUEST` where there are faults. */
export const checkFaults = (faults: readonly Fault[], pointerOf: PointerOf = jsonPointer): void => {
  if (faults.length > 0) {
    throw refused('INVALID_REQUEST', fieldErrors(faults, pointerOf));
  }
};

const fieldErrors = (faults: readonly Fault[], pointerOf: PointerOf): FieldError[] => {
  const errors = faults.map(({ path, code, message }) => ({ pointer: pointerOf(path), code, message }));
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()];
};

/** Throws `PAYLOAD_TOO_LARGE` for a flag or segment that would not fit its place. */
export const checkSize = (what: 'flag' | 'segment', definition: object): void => {
  const bytes = Buffer.byteLength(JSON.stringify(definition));
  if (bytes > MAX_FLAG_BYTES) {
    throw new FlagError(
      'PAYLOAD_TOO_LARGE',
      `A ${what} is at most ${String(MAX_FLAG_BYTES)} bytes of JSON, this is ${String(bytes)}.`,
    );
  }
};

const THOUSANDTHS = 1_000;

const weightFaults = ({ flag: { variantWeights } }: FlagRecord): Fault[] => {
  const weights = Object.values(variantWeights ?? {});
  const sum = weights.reduce((total, weight) => total + Math.round(weight * THOUSANDTHS), 0) / THOUSANDTHS;
  const message = `the weights sum to exactly 100, these to ${sum}`;
  return variantWeights === null || sum === 100
    ? []
    : [{ path: ['variantWeights'], code: 'not_100', message }];
};

/**
 * Throws `INVALID_REQUEST` for a flag that does not hold together, `INVALID_VALUE` where its values do not fit its
 * type or schema, `PAYLOAD_TOO_LARGE`. A flag that passes is one that can be evaluated.
 */
export const checkFlag = (record: FlagRecord, compilers: Compilers, pointerOf: PointerOf): void => {
  const { flag } = record;
  checkFaults([...ruleFaults(flag.rules, ['rules'], 0, compilers), ...weightFaults(record)], pointerOf);
  const { faults } = compileFlag(record, compilers);
  const unfit = faults.filter(({ code }) => code === 'type_mismatch');
  checkFaults(
    faults.filter((fault) => !unfit.includes(fault)),
    pointerOf,
  );
  if (unfit.length > 0) {
    throw refused('INVALID_VALUE', fieldErrors(unfit, pointerOf));
  }
  if (flag.valueSchema !== null) {
    const variants = Object.entries(flag.variants).map(
      ([name, value]) => [jsonPointer(['variants', name]), value] as const,
    );
    const { schema, values } = checkValueSchema(
      flag.valueSchema,
      new Map(variants),
      compilers.compilePattern,
    );
    if (schema.length + values.length > 0) {
      throw schema.length > 0 ? refused('INVALID_REQUEST', schema) : refused('INVALID_VALUE', values);
    }
  }
  checkSize('flag', flag);
};

const segmentsNamedBy = ({ flag, planned = [] }: FlagRecord) => [
  ...segmentsNamedIn(flag.rules, ['rules']),
  ...planned.flatMap(({ rules = [] }, index) => segmentsNamedIn(rules, ['planned', index, 'rules'])),
];

export const namesSegment = (record: FlagRecord, segmentKey: string): boolean =>
  segmentsNamedBy(record).some(({ key }) => key === segmentKey);

/** The segments that a flag names and did not name before: those that a write has to find. */
export const newlyNamedSegments = (
  record: FlagRecord,
  before: FlagRecord | undefined,
): { key: string; path: readonly PropertyKey[] }[] => {
  const known = new Set(before && segmentsNamedBy(before).map(({ key }) => key));
  return segmentsNamedBy(record).filter(({ key }) => !known.has(key));
};
