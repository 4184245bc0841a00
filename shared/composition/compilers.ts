import { RE2JS } from 're2js';
import parse from 'semver/functions/parse';
import type { Compilers } from '../evaluation/model';

/** Instructions of a compiled pattern: with the length of the texts it bounds the work of one match. */
const MAX_PROGRAM = 2_000;

/** The engines that conditions are compiled with: RE2's regular expressions, semantic versions. */
export const compilers: Compilers = {
  compilePattern: (pattern) => {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > MAX_PROGRAM) {
      throw new Error('it is too large once its repetitions are written out');
    }
    return (text) => compiled.test(text);
  },
  compileVersion: (version) => {
    const expected = parse(version);
    return expected === null ? undefined : (other) => parse(other)?.compare(expected);
  },
};
