import { FlagError } from '../errors';

export const flagNotFound = (flagKey: string): FlagError =>
  new FlagError('FLAG_NOT_FOUND', `There is no flag "${flagKey}" in this environment.`);

export const deviceNotFound = (deviceId: string): FlagError =>
  new FlagError('DEVICE_NOT_FOUND', `There is no device "${deviceId}" here.`);

export const ruleNotFound = (flagKey: string, ruleId: string): FlagError =>
  new FlagError('RULE_NOT_FOUND', `The flag "${flagKey}" has no rule "${ruleId}".`);

export const segmentNotFound = (segmentKey: string): FlagError =>
  new FlagError('SEGMENT_NOT_FOUND', `There is no segment "${segmentKey}" in this environment.`);
