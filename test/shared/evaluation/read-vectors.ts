import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flag } from '../../../shared/contract/flag';
import type { JsonValue } from '../../../shared/contract/primitives';
import type { Condition } from '../../../shared/contract/rule';
import type { PlannedChange } from '../../../shared/contract/schedule';
import type { Segment } from '../../../shared/contract/segment';
import { contextOf } from '../../../shared/evaluation/context';
import type { Evaluation, EvaluationContext, UserFlagOverride } from '../../../shared/evaluation/model';
import defaults from '../../vectors/defaults.json';

interface WrittenOverride {
  readonly flagKey?: string;
  readonly generation?: string;
  readonly kind: UserFlagOverride['kind'];
  readonly deviceId?: string;
  readonly value?: JsonValue;
  readonly enabled?: boolean;
  readonly expiresAt?: string | null;
}

interface WrittenEvaluation extends Pick<Evaluation, 'value' | 'variant' | 'reason' | 'source'> {
  readonly ruleId?: string;
  readonly override: { readonly kind: UserFlagOverride['kind']; readonly expiresAt: string | null } | null;
}

interface WrittenCase {
  readonly name: string;
  readonly flag?: Partial<Flag>;
  readonly generation?: string;
  readonly overrides?: readonly WrittenOverride[];
  readonly planned?: readonly PlannedChange[];
  readonly segments?: WrittenSegments;
  readonly context?: Partial<EvaluationContext>;
  readonly now?: string;
  readonly expect: WrittenEvaluation | null;
}

type WrittenSegments = Readonly<Record<string, Pick<Segment, 'operator' | 'conditions'>>>;

/** A vector with its defaults filled in. */
export interface Vector {
  readonly name: string;
  readonly flag: Flag;
  readonly generation: string;
  readonly overrides: readonly UserFlagOverride[];
  readonly planned: readonly PlannedChange[];
  readonly segments: WrittenSegments;
  readonly context: EvaluationContext;
  readonly nowMs: number;
  readonly expected: Partial<Evaluation> | undefined;
}

/** A condition, and whether it holds for a caller. */
export interface ConditionVector {
  readonly name: string;
  readonly condition: Condition;
  readonly context: EvaluationContext;
  readonly nowMs: number;
  readonly holds: boolean;
}

const FOLDER = join(__dirname, '../../vectors');
const OTHER_FILES = ['defaults.json', 'buckets.json', 'operators.json', 'attributes.json'];

const read = (file: string): unknown => JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));

/** The vectors of each file. */
export const readVectors = (): { file: string; vectors: Vector[] }[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && !OTHER_FILES.includes(file))
    .map((file) => {
      const written = read(file) as { cases: WrittenCase[] };
      return { file, vectors: written.cases.map(toVector) };
    });

const toVector = (written: WrittenCase): Vector => {
  const flag = { ...(defaults.flag as Flag), ...written.flag };
  return {
    name: written.name,
    flag,
    generation: written.generation ?? defaults.generation,
    overrides: (written.overrides ?? []).map(toOverride),
    planned: written.planned ?? [],
    segments: written.segments ?? {},
    context: toContext(written.context),
    nowMs: Date.parse(written.now ?? defaults.now),
    expected: written.expect === null ? undefined : toEvaluation(flag.key, written.expect),
  };
};

const toContext = (written: Partial<EvaluationContext> = defaults.context): EvaluationContext =>
  contextOf('production', written);

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

interface WrittenCondition extends Pick<ConditionVector, 'name' | 'condition' | 'holds'> {
  readonly context?: Partial<EvaluationContext>;
  readonly now?: string;
}

/** What attributes there are, by one condition each. */
export const readAttributeVectors = (): ConditionVector[] => {
  const { caller, conditions } = read('attributes.json') as {
    caller: Partial<EvaluationContext>;
    conditions: WrittenCondition[];
  };
  return conditions.map(({ context, now, ...rest }) => ({
    ...rest,
    context: toContext(context ?? caller),
    nowMs: Date.parse(now ?? defaults.now),
  }));
};

interface WrittenTable {
  readonly operator: Condition['operator'];
  readonly opposite?: Condition['operator'];
  readonly value: JsonValue;
  readonly holdsFor: readonly JsonValue[];
  readonly failsFor: readonly JsonValue[];
  readonly missing?: boolean;
}

/** What each operator says of attributes of every kind, the opposite of an operator included. */
export const readOperatorVectors = (): ConditionVector[] =>
  (read('operators.json') as { tables: WrittenTable[] }).tables.flatMap((table) => {
    const { operator, opposite, value, holdsFor, failsFor, missing = false } = table;
    const attributes = [
      ...holdsFor.map((it) => ({ custom: { it }, holds: true })),
      ...failsFor.map((it) => ({ custom: { it }, holds: false })),
      { custom: {}, holds: missing },
    ];
    return attributes.flatMap(({ custom, holds }) =>
      [operator, ...(opposite === undefined ? [] : [opposite])].map((asked) => ({
        name: `${JSON.stringify(custom)} ${asked} ${JSON.stringify(value)}`,
        condition: { attribute: 'it', operator: asked, value },
        context: toContext({ ...defaults.context, custom }),
        nowMs: Date.parse(defaults.now),
        holds: holds === (asked === operator),
      })),
    );
  });
