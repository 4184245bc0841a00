import type { JsonValue } from './contract/primitives';
import type { Segment } from './contract/segment';
import type { OverridePlace, OverrideSubject, StoredOverride } from './override-ports';
import type { Change, FlagGeneration, FlagRecord, RulesetPart } from './ports';

/** What the stream of the table tells, and what its handlers need besides `ports.ts`. */

/** What one stream record says happened to the table. Tombstones count as nothing there. */
export type ItemChange = {
  /** Id of the stream record: the same when it is delivered again. */
  readonly recordId: string;
  readonly at: string;
} & (
  | { readonly item: 'change'; readonly change: Change }
  | ({
      readonly item: 'flag';
      readonly environment: string;
      readonly flagKey: string;
    } & Transition<FlagRecord>)
  | ({
      readonly item: 'segment';
      readonly environment: string;
      readonly segmentKey: string;
    } & Transition<Segment>)
  | ({ readonly item: 'override'; readonly place: OverridePlace } & Transition<StoredOverride>)
);

export interface Transition<State> {
  readonly before: State | CorruptItem | undefined;
  readonly after: State | CorruptItem | undefined;
  readonly changeIdBefore: string | undefined;
  /** Undefined where the item itself is gone. */
  readonly changeIdAfter: string | undefined;
  /** DynamoDB collected the item because its `ttl` had passed. */
  readonly isCollection: boolean;
}

/** An item that somebody wrote past the API and that cannot be read; shown as it is. */
export interface CorruptItem {
  readonly corrupt: JsonValue;
}

export interface ChangeRepository {
  /** The change record of an id among those of a flag, segment, user or device, strongly. */
  find(environment: string, of: RulesetPart | OverrideSubject, changeId: string): Promise<Change | undefined>;
  /** Whether the id is one that an import of overrides of this flag leaves on what it writes, or its undoing. */
  isOfImport(environment: string, flagKey: string, changeId: string): Promise<boolean>;
  /** The change record of a generation's deletion, while there is one. */
  findEnd(of: FlagGeneration): Promise<Change | undefined>;
  /** Moves the ruleset version for a flag or segment that was changed past the API. */
  bumpFlagsVersion(environment: string, changed: RulesetPart): Promise<void>;
}

export interface SweepRepository {
  /** Asks for the overrides of a dead generation to be removed. */
  request(of: FlagGeneration): Promise<void>;
  /** Removes up to `limit` items of the generation; says how many there were. */
  removeSome(of: FlagGeneration, limit: number): Promise<number>;
  /** Lets the sweep go on in a new invocation. */
  goOn(of: FlagGeneration): Promise<void>;
  finish(of: FlagGeneration): Promise<void>;
}
