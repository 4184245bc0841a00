import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flag } from '../../../shared/contract/flag';
import type { JsonValue } from '../../../shared/contract/primitives';
import { contextOf } from '../../../shared/evaluation/context';
import type { Evaluation, EvaluationContext, UserFlagOverride } from '../../../shared/evaluation/model';
import defaults from '../../vectors/defaults.json';

interface WrittenOverride {
  readonly flagKey?: string;
  readonly generation?: string;
  readonly kind: UserFlagOverride['kind'];
  readonly value?: JsonValue;
  readonly enabled?: boolean;
  readonly expiresAt?: string | null;
}

interface WrittenEvaluation extends Pick<Evaluation, 'value' | 'variant' | 'reason' | 'source'> {
  readonly override: { readonly kind: UserFlagOverride['kind']; readonly expiresAt: string | null } | null;
}

interface WrittenCase {
  readonly name: string;
  readonly flag?: Partial<Flag>;
  readonly generation?: string;
  readonly overrides?: readonly WrittenOverride[];
  readonly context?: { readonly userId?: string };
  readonly now?: string;
  readonly expect: WrittenEvaluation | null;
}

/** A vector with its defaults filled in. */
export interface Vector {
  readonly name: string;
  readonly flag: Flag;
  readonly generation: string;
  readonly overrides: readonly UserFlagOverride[];
  readonly context: EvaluationContext;
  readonly nowMs: number;
  readonly expected: Partial<Evaluation> | undefined;
}

const FOLDER = join(__dirname, '../../vectors');
const OTHER_FILES = ['defaults.json', 'buckets.json'];

/** The vectors of each file. */
export const readVectors = (): { file: string; vectors: Vector[] }[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && !OTHER_FILES.includes(file))
    .map((file) => {
      const written = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { cases: WrittenCase[] };
      return { file, vectors: written.cases.map(toVector) };
    });

const toVector = (written: WrittenCase): Vector => {
  const flag = { ...(defaults.flag as Flag), ...written.flag };
  const { userId } = written.context ?? defaults.context;
  return {
    name: written.name,
    flag,
    generation: written.generation ?? defaults.generation,
    overrides: (written.overrides ?? []).map(toOverride),
    context: contextOf('production', { userId }),
    nowMs: Date.parse(written.now ?? defaults.now),
    expected: written.expect === null ? undefined : toEvaluation(flag.key, written.expect),
  };
};

const toOverride = (written: WrittenOverride): UserFlagOverride => {
  const { expiresAt, ...rest } = { ...defaults.override, ...written };
  return { ...rest, expiresAtMs: toMs(expiresAt) };
};

const toEvaluation = (key: string, { override, ...rest }: WrittenEvaluation): Partial<Evaluation> => ({
  key,
  ...rest,
  override: override && { kind: override.kind, expiresAtMs: toMs(override.expiresAt) },
});

const toMs = (time: string | null): number | null => (time === null ? null : Date.parse(time));
