import { type AuditEvent, BATCH_EVENTS } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import type { AuditQuery, AuditRepository } from '../audit-ports';
import type { Change } from '../ports';

const fieldOf = (state: JsonValue | null, key: string): JsonValue =>
  typeof state === 'object' && state !== null && !Array.isArray(state) ? (state[key] ?? null) : null;

/** What a change made of one of its keys: a field of the thing, or the value that a flag has now. */
const valueAfter = ({ event, after }: Change, key: string): JsonValue =>
  BATCH_EVENTS.has(event) ? fieldOf(fieldOf(after, key), 'value') : fieldOf(after, key);

export const shownChange = (change: Change): AuditEvent => ({
  ...change,
  values: Object.fromEntries(change.changedKeys.map((key) => [key, valueAfter(change, key)])),
});

export class AuditService {
  constructor(private readonly audit: AuditRepository) {}

  /** Newest first. */
  async list(query: AuditQuery): Promise<{ items: AuditEvent[]; next: string | undefined }> {
    const { changes, next } = await this.audit.list(query);
    return { items: changes.map(shownChange), next };
  }
}
