import { RE2JS } from 're2js';
import { unicodeClassesIn, writtenOutSize } from './pattern-size';

/**
 * Instructions of a compiled pattern: with the length of a text they bound the work of one match. Enough for every
 * pattern that repeats nothing a counted number of times.
 */
const MAX_PROGRAM = 520;
/** Of what is compiled at all, so that refusing costs little too; rough, hence wider. */
const MAX_WRITTEN_OUT = 2_000;
const MAX_UNICODE_CLASSES = 20;

/**
 * Code units of a text that the automaton reads. It remembers what it has worked out, which makes it the fastest on
 * texts like those before; on one that is made to be unlike them it works out a new state with every character, a
 * hundred times slower than the simulation that takes over here and remembers nothing.
 */
const MAX_FOR_AUTOMATON = 256;

/** RE2's regular expressions, unanchored; throws what RE2 says where the text is none, or none that is small enough. */
export const compilePattern = (pattern: string): ((text: string) => boolean) => {
  if (unicodeClassesIn(pattern) > MAX_UNICODE_CLASSES) {
    throw new Error(`it has more than ${MAX_UNICODE_CLASSES} classes of Unicode`);
  }
  const compiled = writtenOutSize(pattern) > MAX_WRITTEN_OUT ? undefined : RE2JS.compile(pattern);
  if (compiled === undefined || compiled.programSize() > MAX_PROGRAM) {
    throw new Error('it is too large once its repetitions are written out');
  }
  return (text) => (text.length <= MAX_FOR_AUTOMATON ? compiled.test(text) : compiled.matcher(text).find());
};
