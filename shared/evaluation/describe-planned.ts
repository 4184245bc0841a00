import type { PlannedChange } from '../contract/schedule';
import type { CompiledFlag } from './model';
import { shownText } from './shown-value';

const changesOf = ({ enabled, rolloutPercentage, onVariant, rules, until }: PlannedChange): string =>
  [
    enabled !== undefined && `enabled ${enabled}`,
    rolloutPercentage !== undefined &&
      `rolloutPercentage ${rolloutPercentage}${until === undefined ? '' : ` by ${until}`}`,
    onVariant !== undefined && `onVariant ${shownText(onVariant)}`,
    rules !== undefined && `${rules.length} rules`,
  ]
    .filter((part) => part !== false)
    .join(', ');

const listed = (changes: readonly PlannedChange[]): string =>
  changes
    .map((change) => `${shownText(change.id)} of ${change.at} (${changesOf(change) || 'nothing'})`)
    .join(', ');

/** Which planned changes have come, and which are to come, in their order. */
export const describePlanned = ({ configurations }: CompiledFlag, nowMs: number): string => {
  const planned = configurations.flatMap(({ change, fromMs }) =>
    change === undefined ? [] : [{ change, hasCome: fromMs <= nowMs }],
  );
  const come = planned.filter(({ hasCome }) => hasCome).map(({ change }) => change);
  const next = planned.filter(({ hasCome }) => !hasCome).map(({ change }) => change);
  return (
    [come.length > 0 && `applied: ${listed(come)}`, next.length > 0 && `next: ${listed(next)}`]
      .filter((part) => part !== false)
      .join('; ') || 'no change is planned'
  );
};
