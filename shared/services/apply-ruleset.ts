import { compileFlag } from '../evaluation/compile-flag';
import { compileSegment } from '../evaluation/compile-segment';
import type { CompiledCondition, CompiledFlag, CompiledSegments, Compilers } from '../evaluation/model';
import type { LoadedRuleset } from '../ports';

/** What a container evaluates with. */
interface Compiled {
  /** Ordered by key. */
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: CompiledSegments;
}

interface Corrupt {
  /** Keys of what cannot be read or compiled. */
  readonly corrupt: readonly string[];
  readonly corruptSegments: readonly string[];
}

/**
 * The compiled ruleset after what was read is laid over `base`, or in its place where the read was `isWhole`. A flag
 * that cannot be read or compiled keeps its last good state, or stays out; the others are not touched by it.
 */
export const applyRuleset = (
  loaded: LoadedRuleset,
  base: Compiled | undefined,
  isWhole: boolean,
  compilers: Compilers,
): Compiled & Corrupt => {
  const flags = applied(
    loaded.records.map((record) => [record.flag.key, () => compileFlag(record, compilers).compiled]),
    loaded.removed,
    loaded.corrupt,
    { states: base?.flags, isWhole },
  );
  const segments = applied(
    loaded.segments.map((segment) => [segment.key, () => sound(compileSegment(segment, compilers))]),
    loaded.removedSegments,
    loaded.corruptSegments,
    { states: base?.segments, isWhole },
  );
  return {
    flags: new Map([...flags.states].sort(([a], [b]) => (a < b ? -1 : 1))),
    segments: segments.states,
    corrupt: flags.corrupt,
    corruptSegments: segments.corrupt,
  };
};

const sound = ({ compiled, faults }: ReturnType<typeof compileSegment>): CompiledCondition | undefined =>
  faults.length === 0 ? compiled : undefined;

const applied = <State>(
  read: readonly (readonly [string, () => State | undefined])[],
  removed: readonly string[],
  unreadable: readonly string[],
  base: { readonly states: ReadonlyMap<string, State> | undefined; readonly isWhole: boolean },
): { states: Map<string, State>; corrupt: string[] } => {
  const states = new Map(base.isWhole ? [] : base.states);
  const corrupt = [...unreadable];
  removed.forEach((key) => states.delete(key));
  for (const [key, compile] of read) {
    const compiled = compile();
    if (compiled === undefined) {
      corrupt.push(key);
    } else {
      states.set(key, compiled);
    }
  }
  for (const key of corrupt) {
    const lastGood = base.states?.get(key);
    if (lastGood !== undefined) {
      states.set(key, lastGood);
    }
  }
  return { states, corrupt };
};
