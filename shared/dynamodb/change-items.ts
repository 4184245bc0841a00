import type { Change } from '../ports';
import { changeAttributes } from './items';
import { changeKey, type Key, subjectChangeKey } from './keys';
import type { Item, TransactItem } from './table';

/** Files a change at `key`, beside the thing it is about, in the same transaction. */
export const putChange = (tableName: string, key: Key, change: Change, more: Item = {}): TransactItem => ({
  Put: {
    TableName: tableName,
    Item: {
      ...key,
      ...changeAttributes(change),
      ...more,
    },
    ConditionExpression: 'attribute_not_exists(PK)',
  },
});

/** Where a change of overrides is filed: with its flag, or, if it is about several, with whom it is about. */
export const overrideChangeKey = ({
  id,
  environment,
  flagKey,
  targetUserId: userId,
  targetDeviceId: deviceId,
}: Change): Key => {
  if (flagKey !== null) {
    return changeKey(environment, flagKey, id);
  }
  if (deviceId !== null) {
    return subjectChangeKey(environment, { userId: null, deviceId }, id);
  }
  return subjectChangeKey(environment, { userId: userId ?? '', deviceId: null }, id);
};

/** "Nothing there", "never changed by us" or "still as the change of this id left it". */
export const unchangedSince = (changeId: string | undefined) =>
  changeId === undefined || changeId === ''
    ? {
        ConditionExpression:
          changeId === undefined
            ? 'attribute_not_exists(PK)'
            : 'attribute_exists(PK) AND attribute_not_exists(changeId)',
      }
    : {
        ConditionExpression: 'changeId = :decidedOn',
        ExpressionAttributeValues: { ':decidedOn': changeId },
      };
