import type { RulesetPart } from '../ports';
import { changedKey, flagsVersionKey } from './keys';
import type { Item, TransactItem } from './table';

/** Rows that say which flag or segment a version changed; older gaps are healed by a full load. */
const CHANGED_TTL_SECONDS = 2 * 24 * 3600;

export const versionOf = (item: Item | undefined): number =>
  typeof item?.['version'] === 'number' ? item['version'] : 0;

/** Moves the ruleset version from `from` to the next and says what it changed: the sequence has no gap. */
export const moveFlagsVersion = (
  tableName: string,
  environment: string,
  changed: RulesetPart,
  from: number,
  nowMs: number,
): TransactItem[] => [
  {
    Update: {
      TableName: tableName,
      Key: flagsVersionKey(environment),
      UpdateExpression: 'SET version = :next',
      ConditionExpression: from === 0 ? 'attribute_not_exists(PK)' : 'version = :from',
      ExpressionAttributeValues: { ':next': from + 1, ...(from === 0 ? {} : { ':from': from }) },
    },
  },
  {
    Put: {
      TableName: tableName,
      Item: {
        ...changedKey(environment, from + 1),
        ...changed,
        ttl: Math.floor(nowMs / 1000) + CHANGED_TTL_SECONDS,
      },
    },
  },
];
