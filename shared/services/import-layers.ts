import type { ImportRepository, Layer, LeftByImport } from '../import-ports';
import type { OverridePlace } from '../override-ports';

/** A layer, and what the import that left it had found there. */
interface PassedLayer extends Layer {
  readonly left: LeftByImport;
  readonly found: Layer | undefined;
}

export interface Descent {
  /** From the top. */
  readonly passed: readonly PassedLayer[];
  /** The first that was not passed; undefined where there was nothing below those that were. */
  readonly end: Layer | undefined;
  /** False where it is not kept any more what lay below, or where that is deeper than one transaction reaches. */
  readonly isKnown: boolean;
}

export interface Top {
  readonly place: OverridePlace;
  readonly layer: Layer | undefined;
}

const keyOf = ({ importId, step }: LeftByImport, { userId, kind }: OverridePlace): string =>
  [importId, step, userId, kind].join(' ');

/** What becomes of each layer is an item of the transaction, and that its import is as it was another one. */
export const MAX_PASSED = 40;

/** Imports lie one on the other: each keeps what it found, and that may be what another one left. */
export class ImportLayers {
  constructor(private readonly imports: Pick<ImportRepository, 'backups'>) {}

  /** Goes down from each top, in their order, past the layers that `isPassed` names, `deepest` at most. */
  async descend<Of extends Top>(
    tops: readonly Of[],
    isPassed: (left: LeftByImport, top: Of) => Promise<boolean>,
    deepest = MAX_PASSED,
  ): Promise<Descent[]> {
    const descents = tops.map(({ layer }): Descent => ({ passed: [], end: layer, isKnown: true }));
    let open = [...tops.entries()];
    while (open.length > 0) {
      const passing = await this.passing(open, descents, isPassed);
      const backups = await this.imports.backups(
        passing
          .filter(({ layer }) => layer.left.step > 0)
          .map(({ top: { place }, layer }) => ({ ...layer.left, place })),
      );
      const found = new Map(backups.map((each) => [keyOf(each, each.place), each.found]));
      for (const { index, top, layer } of passing) {
        const below = found.get(keyOf(layer.left, top.place));
        const passed = descents[index]?.passed ?? [];
        const isLost = below === undefined && layer.left.step > 0;
        descents[index] =
          isLost || passed.length === deepest
            ? { passed, end: layer, isKnown: false }
            : { passed: [...passed, { ...layer, found: below }], end: below, isKnown: true };
      }
      open = passing.filter(({ index }) => descents[index]?.isKnown).map(({ index, top }) => [index, top]);
    }
    return descents;
  }

  private async passing<Of extends Top>(
    open: readonly (readonly [number, Of])[],
    descents: readonly Descent[],
    isPassed: (left: LeftByImport, top: Of) => Promise<boolean>,
  ): Promise<{ index: number; top: Of; layer: Layer & { left: LeftByImport } }[]> {
    const asked = open.map(async ([index, top]) => {
      const { override, left } = descents[index]?.end ?? {};
      return override !== undefined && left !== undefined && (await isPassed(left, top))
        ? [{ index, top, layer: { override, left } }]
        : [];
    });
    return (await Promise.all(asked)).flat();
  }
}
