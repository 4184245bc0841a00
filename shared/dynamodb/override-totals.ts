import { OVERRIDE_ACTIONS } from '../contract/metrics';
import type { OverrideTotals } from '../audit-ports';
import { overrideTotalKey } from './keys';
import type { TransactItem } from './table';

/** One item alone would make the transactions of a burst conflict. */
const TOTAL_SHARDS = 4;

/** Adds to what was ever done to the overrides of flags, in the transaction that files the change. */
export const addOverrideTotals = (
  tableName: string,
  environment: string,
  totals: OverrideTotals,
): TransactItem[] => {
  const shard = Math.floor(Math.random() * TOTAL_SHARDS);
  return [...totals].map(([flagKey, actions]) => {
    const moved = OVERRIDE_ACTIONS.filter((action) => (actions[action] ?? 0) > 0);
    return {
      Update: {
        TableName: tableName,
        Key: overrideTotalKey(environment, flagKey, shard),
        UpdateExpression: `ADD ${moved.map((action) => `#${action} :${action}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(moved.map((action) => [`#${action}`, action])),
        ExpressionAttributeValues: Object.fromEntries(
          moved.map((action) => [`:${action}`, actions[action] ?? 0]),
        ),
      },
    };
  });
};
