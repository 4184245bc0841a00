import { isDeepStrictEqual } from 'node:util';
import type { AuditEventName } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import type { Change } from '../ports';
import type { Call } from './call';

/** Fields that move with every write and say nothing about it. */
const BOOKKEEPING = new Set(['version', 'updatedAt', 'updatedBy', 'createdAt', 'createdBy']);

type Definition = Readonly<Record<string, JsonValue>>;

/** The fields of a flag or segment that a write changes. */
export const changedKeys = (before: Definition | undefined, after: Definition | undefined): string[] =>
  Object.keys(after ?? before ?? {}).filter(
    (key) => !BOOKKEEPING.has(key) && !isDeepStrictEqual(before?.[key], after?.[key]),
  );

/** What the audit log will say of a write of a flag (or of a segment, which has no `flagKey`). */
export const definitionChange = (
  call: Call,
  about: {
    readonly id: string;
    readonly event: AuditEventName;
    readonly flagKey: string | null;
    readonly before: Definition | undefined;
    readonly after: Definition | undefined;
    readonly reason: string | null;
    readonly nowMs: number;
  },
): Change => ({
  id: about.id,
  event: about.event,
  environment: call.environment,
  flagKey: about.flagKey,
  targetUserId: null,
  targetDeviceId: null,
  changedKeys: changedKeys(about.before, about.after),
  before: about.before ?? null,
  after: about.after ?? null,
  reason: about.reason,
  at: new Date(about.nowMs).toISOString(),
  ...call.attribution,
});

/** Who wrote a flag or segment when, and as which version. */
export const stamped = (
  call: Call,
  before: { version: number; createdBy: string; createdAt: string } | undefined,
  nowMs: number,
) => {
  const { actor } = call.attribution;
  const at = new Date(nowMs).toISOString();
  return {
    version: (before?.version ?? 0) + 1,
    createdBy: before?.createdBy ?? actor,
    createdAt: before?.createdAt ?? at,
    updatedBy: actor,
    updatedAt: at,
  };
};
