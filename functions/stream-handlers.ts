import { PREFIX } from '../shared/dynamodb/keys';
import type { AccessProfile } from './routes';

/** A function fed by the stream of FlagTable. */
export interface StreamHandler {
  readonly name: 'record-changes' | 'run-jobs';
  readonly entry: string;
  readonly access: AccessProfile;
  /** Event filter patterns, any of which lets a record through. */
  readonly filters: readonly object[];
}

const sortKeyBegins = (...prefixes: string[]) => ({
  dynamodb: { Keys: { SK: { S: prefixes.map((prefix) => ({ prefix })) } } },
});

export const streamHandlers: readonly StreamHandler[] = [
  {
    // Versions, limiter, counters and its own bookkeeping are left out: the handler would feed itself.
    name: 'record-changes',
    entry: 'stream/record-changes',
    access: 'record',
    filters: [
      { eventName: ['INSERT'], ...sortKeyBegins(PREFIX.change) },
      sortKeyBegins(PREFIX.flag, PREFIX.segment, PREFIX.user, PREFIX.device),
    ],
  },
  {
    // A shard feeds two functions at most, so one does all that outlasts a request.
    name: 'run-jobs',
    entry: 'stream/run-jobs',
    access: 'work',
    filters: [{ eventName: ['INSERT', 'MODIFY'], ...sortKeyBegins(PREFIX.sweep, PREFIX.run) }],
  },
];
