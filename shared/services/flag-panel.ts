import type { IdentityOrigin } from '../contract/explain';
import type {
  DeviceFlagsResponse,
  Shadowed,
  SubjectFlag,
  UserFlagsResponse,
} from '../contract/feature-flags';
import { OVERRIDE_KINDS } from '../contract/override';
import type { UserIdFormat } from '../contract/primitives';
import { configurationAt } from '../evaluation/configuration-at';
import { questionOf } from '../evaluation/evaluate-flag';
import { answersOf } from '../evaluation/explain-flag';
import type { CompiledFlag, Evaluation, EvaluationContext, Question, Sha256 } from '../evaluation/model';
import { resultOf } from '../evaluation/result-of';
import type { OverridePlace, OverrideRepository, OverrideSubject, StoredOverride } from '../override-ports';
import type { Clock, DeviceRepository, FlagGeneration } from '../ports';
import { checkedUserId } from './checked-user-id';
import { eligibleDevice } from './eligible-device';
import type { NamedSubject } from './feature-flags';
import type { FlagCache, Ruleset } from './flag-cache';
import { groupedByFlag, type OverridesByFlag } from './override-cache';

/**
 * Flags up to which each possible place of an override is read, so that the answer has seen every write before it.
 * With more of them only the places are that the index knows, which follows a moment behind.
 */
const MAX_READ_THROUGH = 300;

export interface FlagPanelServiceParts {
  readonly flagCache: Pick<FlagCache, 'get'>;
  readonly overrides: Pick<OverrideRepository, 'readSlots' | 'ofSubject'>;
  readonly devices: Pick<DeviceRepository, 'readSlot'>;
  /** Finds out about a user. */
  readonly inQuestion: (
    environment: string,
    userId: string,
  ) => Promise<{ context: EvaluationContext; identity: IdentityOrigin }>;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly userIdFormat: UserIdFormat;
}

/** All flags of an environment as somebody has them. */
export class FlagPanelService {
  constructor(private readonly parts: FlagPanelServiceParts) {}

  /** Of a device: as its owner has them there. */
  async show(environment: string, named: NamedSubject): Promise<UserFlagsResponse | DeviceFlagsResponse> {
    const { devices, userIdFormat } = this.parts;
    if (named.deviceId === undefined) {
      return this.panel(environment, checkedUserId(named.userId, userIdFormat, '#path/userId'), undefined);
    }
    const { deviceId, userId } = await eligibleDevice(devices, named.deviceId);
    return { deviceId, ...(await this.panel(environment, userId, deviceId)) };
  }

  private async panel(
    environment: string,
    userId: string,
    deviceId: string | undefined,
  ): Promise<UserFlagsResponse> {
    const { flagCache, inQuestion, clock, sha256 } = this.parts;
    const subjects: OverrideSubject[] = [
      { userId, deviceId: null },
      ...(deviceId === undefined ? [] : [{ userId: null, deviceId }]),
    ];
    const read = async () => {
      const ruleset = await flagCache.get(environment, 'exact');
      return { ruleset, overrides: await this.overridesOf(environment, ruleset, subjects) };
    };
    const [{ context, identity }, { ruleset, overrides }] = await Promise.all([
      inQuestion(environment, userId),
      read(),
    ]);
    const question = questionOf(
      { ...context, deviceId },
      { segments: ruleset.segments, nowMs: clock(), sha256 },
    );
    const flags = [...ruleset.flags.values()]
      .filter(({ isArchived }) => !isArchived)
      .flatMap((flag) => entryOf(flag, overrides, question, ruleset.isStale));
    return { userId, environment, identity, flags };
  }

  private async overridesOf(
    environment: string,
    { flags }: Ruleset,
    subjects: readonly OverrideSubject[],
  ): Promise<OverridesByFlag> {
    const { overrides } = this.parts;
    const places =
      flags.size <= MAX_READ_THROUGH
        ? [...flags.values()].flatMap(({ key: flagKey, generation }) =>
            subjects.flatMap((subject) => placesIn({ environment, flagKey, generation }, subject)),
          )
        : (await Promise.all(subjects.map((subject) => overrides.ofSubject(environment, subject))))
            .flat()
            .map(placeOf);
    const slots = await overrides.readSlots(places);
    return groupedByFlag(slots.flatMap(({ override }) => override ?? []));
  }
}

const placesIn = (of: FlagGeneration, subject: OverrideSubject): OverridePlace[] =>
  subject.userId === null
    ? [{ ...of, ...subject, kind: 'value' }]
    : OVERRIDE_KINDS.map((kind) => ({ ...of, ...subject, kind }));

const placeOf = ({ environment, flagKey, generation, kind, ...of }: StoredOverride): OverridePlace =>
  of.userId === null
    ? { environment, flagKey, generation, kind, userId: null, deviceId: of.deviceId }
    : { environment, flagKey, generation, kind, userId: of.userId, deviceId: null };

const entryOf = (
  flag: CompiledFlag,
  overrides: OverridesByFlag,
  question: Question,
  isStale: boolean,
): SubjectFlag[] => {
  const subject = {
    flag,
    configuration: configurationAt(flag, question.nowMs),
    overrides: overrides.get(flag.key) ?? [],
  };
  const [decisive, ...others] = [...answersOf(subject, question).values()].filter(
    (each) => each !== 'absent',
  );
  if (decisive === undefined) {
    return [];
  }
  const result = resultOf(isStale ? { ...decisive, reason: 'STALE' } : decisive);
  return [{ key: flag.key, type: flag.type, ...result, shadowed: others.map(shadowedBy) }];
};

const shadowedBy = (evaluation: Evaluation): Shadowed => {
  const { source, value, variant, override } = resultOf(evaluation);
  return { source, value, variant, kind: override?.kind ?? null, expiresAt: override?.expiresAt ?? null };
};
