import parse from 'semver/functions/parse';
import type { Compilers } from '../evaluation/model';
import { compilePattern } from './compile-pattern';
import { writtenOutSize } from './pattern-size';

/** `parse` would pass over space around it. */
const versionOf = (text: string) => (/\s/.test(text) ? null : parse(text));

/** The engines that conditions are compiled with: RE2's regular expressions, semantic versions. */
export const compilers: Compilers = {
  compilePattern,
  patternSize: writtenOutSize,
  compileVersion: (version) => {
    const expected = versionOf(version);
    return expected === null ? undefined : (other) => versionOf(other)?.compare(expected);
  },
};
