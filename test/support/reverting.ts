import { composeRevertService } from '../../shared/composition/revert-service';
import type { AuditEvent, AuditEventName } from '../../shared/contract/audit';
import { driveStream, type StreamDrive } from './drive-stream';
import { aCall, ENVIRONMENT, type World } from './world';

/** Flags of a world, what the log says of them, and reverts of it. */
export const revertingIn = (world: () => World) => {
  let made = 0;
  let drive: StreamDrive | undefined;
  return {
    aFlag: async (fields: Record<string, unknown> = {}): Promise<string> => {
      made += 1;
      const key = `flag-${String(made)}`;
      await world().container.createFlag({ key, ...fields });
      return key;
    },
    /** The newest event of a kind on a flag, once the stream has been handled. */
    lastEvent: async (event: AuditEventName, flagKey?: string): Promise<AuditEvent> => {
      drive ??= driveStream(world());
      await drive.deliverNew();
      const { items } = await world().container.audit.list({
        environment: ENVIRONMENT,
        event,
        flagKey,
        limit: 1,
      });
      return items[0]!;
    },
    revert: async (id: string, more: Parameters<typeof aCall>[0] = {}, expiresAt?: string | null) => {
      const reverted = await composeRevertService(world().config).revert(aCall(more), id, expiresAt);
      return 'event' in reverted ? reverted.event : undefined;
    },
  };
};
