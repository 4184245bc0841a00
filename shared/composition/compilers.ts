import parse from 'semver/functions/parse';
import type { Compilers } from '../evaluation/model';
import { compilePattern } from './compile-pattern';

/** The engines that conditions are compiled with: RE2's regular expressions, semantic versions. */
export const compilers: Compilers = {
  compilePattern,
  compileVersion: (version) => {
    const expected = parse(version);
    return expected === null ? undefined : (other) => parse(other)?.compare(expected);
  },
};
