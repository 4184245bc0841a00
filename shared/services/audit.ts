import type { AuditEvent } from '../contract/audit';
import type { JsonValue } from '../contract/primitives';
import type { AuditQuery, AuditRepository, Change } from '../ports';

const fieldOf = (state: JsonValue | null, key: string): JsonValue =>
  typeof state === 'object' && state !== null && !Array.isArray(state) ? (state[key] ?? null) : null;

const shown = (change: Change): AuditEvent => ({
  ...change,
  values: Object.fromEntries(change.changedKeys.map((key) => [key, fieldOf(change.after, key)])),
});

export class AuditService {
  constructor(private readonly audit: AuditRepository) {}

  /** Newest first. */
  async list(query: AuditQuery): Promise<{ items: AuditEvent[]; next: string | undefined }> {
    const { changes, next } = await this.audit.list(query);
    return { items: changes.map(shown), next };
  }
}
