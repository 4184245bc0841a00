import type { OverrideKind } from '../contract/override';
import { fitsType } from './fits-type';
import { isOfDevice, overrideCounts } from './counting-override';
import type { CompiledFlag, Question, UserFlagOverride, Subject } from './model';
import { shownMoment, shownText, shownValue } from './shown-value';

/** An override, with why it was set where that is known. */
export interface ExplainedOverride extends UserFlagOverride {
  readonly reason?: string | null;
}

const NOUNS: Readonly<Record<OverrideKind, string>> = {
  exclude: 'an exclusion',
  include: 'an inclusion',
  value: 'a value',
};

const ANONYMOUS = 'the caller is anonymous, and has no overrides';

/** What is said of each of the user's overrides of a kind on the flag: whether it counts, and why not. */
export const describeOverrides = (
  kind: OverrideKind,
  { flag, overrides }: Subject,
  question: Question,
): string => {
  if (question.userId === undefined) {
    return ANONYMOUS;
  }
  const theirs = overrides.filter((each) => each.kind === kind && !isOfDevice(each));
  return theirs.length === 0
    ? `the user has no override of kind "${kind}" on this flag`
    : theirs.map((each) => `the user has ${described(each, flag, question)}`).join('; ');
};

/** The same of the device that was asked about. */
export const describeDeviceOverrides = (
  { flag, overrides }: Subject,
  question: Question,
  askedDeviceId: string | undefined,
): string => {
  const { deviceId } = question.context;
  if (question.userId === undefined) {
    return ANONYMOUS;
  }
  if (deviceId === undefined) {
    return askedDeviceId === undefined
      ? 'no device was asked about'
      : `${shownText(askedDeviceId)} is not known as a device of the user, so it is ignored`;
  }
  const its = overrides.filter((each) => each.kind === 'value' && each.deviceId === deviceId);
  return its.length === 0
    ? `the device ${shownText(deviceId)} has no override on this flag`
    : its.map((each) => `the device has ${described(each, flag, question)}`).join('; ');
};

const described = (override: ExplainedOverride, flag: CompiledFlag, { nowMs }: Question): string => {
  const { kind, value, reason } = override;
  const what = value === undefined ? NOUNS[kind] : `${NOUNS[kind]}, ${shownValue(value)},`;
  const why = typeof reason === 'string' && reason !== '' ? `, for the reason ${shownText(reason)}` : '';
  return `${what} ${standing(override, flag, nowMs)}${why}`;
};

const standing = (override: UserFlagOverride, flag: CompiledFlag, nowMs: number): string => {
  const { expiresAtMs } = override;
  if (override.flagKey !== flag.key || override.generation !== flag.generation) {
    return 'that does not count: it was set on a former flag of this key';
  }
  if (!override.enabled) {
    return 'that does not count: it is disabled';
  }
  if (!overrideCounts(override, flag, nowMs)) {
    return `that does not count: it expired at ${shownMoment(expiresAtMs ?? nowMs)}`;
  }
  if (override.kind === 'value' && !fitsType(flag.type, override.value)) {
    return `that does not count: it is no ${flag.type}`;
  }
  return expiresAtMs === null ? 'without an end' : `until ${shownMoment(expiresAtMs)}`;
};
