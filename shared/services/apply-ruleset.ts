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

/**
 * The compiled ruleset after what was read is laid over `base`, or in its place where the read was `isWhole`. A flag
 * that cannot be read or compiled keeps its last good state, or stays out; the others are not touched by it.
 */
export const applyRuleset = (
  loaded: LoadedRuleset,
  base: Compiled | undefined,
  isWhole: boolean,
  compilers: Compilers,
): Compiled & { readonly corrupt: readonly string[] } => {
  const flags = new Map(isWhole ? [] : base?.flags);
  const corrupt = [...loaded.corrupt];
  loaded.removed.forEach((key) => flags.delete(key));
  for (const record of loaded.records) {
    const { compiled } = compileFlag(record, compilers);
    if (compiled === undefined) {
      corrupt.push(record.flag.key);
    } else {
      flags.set(record.flag.key, compiled);
    }
  }
  for (const key of corrupt) {
    const lastGood = base?.flags.get(key);
    if (lastGood !== undefined) {
      flags.set(key, lastGood);
    }
  }
  return {
    flags: new Map([...flags].sort(([a], [b]) => (a < b ? -1 : 1))),
    segments: appliedSegments(loaded, isWhole ? undefined : base?.segments, compilers),
    corrupt,
  };
};

/** A segment that cannot be compiled matches nobody. */
const appliedSegments = (
  { segments, removedSegments }: LoadedRuleset,
  base: CompiledSegments | undefined,
  compilers: Compilers,
): CompiledSegments => {
  if (base !== undefined && segments.length + removedSegments.length === 0) {
    return base;
  }
  const applied = new Map<string, CompiledCondition>(base);
  removedSegments.forEach((key) => applied.delete(key));
  segments.forEach((segment) => applied.set(segment.key, compileSegment(segment, compilers).compiled));
  return applied;
};
