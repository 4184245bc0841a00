import type { AuditEventName } from '../contract/audit';
import type { Device } from '../contract/device';
import { invalidField } from '../errors';
import type { OverrideRepository } from '../override-ports';
import type { Change, Clock, DeviceRepository, DeviceSlot, NewId, Telemetry } from '../ports';
import type { Call } from './call';

/** Devices of one user: what a page of them holds. */
const MAX_DEVICES = 50;

export interface DeviceWriterParts {
  readonly devices: Pick<DeviceRepository, 'commit'>;
  readonly overrides: Pick<OverrideRepository, 'bumpVersion'>;
  readonly environments: readonly string[];
  readonly clock: Clock;
  readonly newId: NewId;
  readonly telemetry: Telemetry;
}

/** Throws `INVALID_REQUEST` for a user who has as many devices as there may be; the commit holds it under races. */
export const checkRoom = async (
  devices: Pick<DeviceRepository, 'countOf'>,
  userId: string,
  pointer: string,
): Promise<void> => {
  if ((await devices.countOf(userId)) >= MAX_DEVICES) {
    throw invalidField(pointer, 'too_many_devices', `a user has at most ${String(MAX_DEVICES)} devices`);
  }
};

/** Writes registrations, with what the audit log says of them. */
export class DeviceWriter {
  constructor(private readonly parts: DeviceWriterParts) {}

  /** The registration as a change makes it. */
  next(
    call: Call,
    current: Device | Pick<Device, 'userId' | 'deviceId'>,
    fields: Pick<Device, 'type' | 'name'>,
  ): Device {
    const by = call.attribution.actor;
    const at = new Date(this.parts.clock()).toISOString();
    const known = 'version' in current ? current : { createdBy: by, createdAt: at, version: 0 };
    return {
      deviceId: current.deviceId,
      userId: current.userId,
      ...fields,
      createdBy: known.createdBy,
      createdAt: known.createdAt,
      updatedBy: by,
      updatedAt: at,
      version: known.version + 1,
    };
  }

  /** With undefined the registration ends. A dry run writes nothing; answers when it was done, too. */
  async commit(
    call: Call,
    slot: DeviceSlot,
    next: Device | undefined,
    reason: string | null = null,
  ): Promise<{ change: Change; doneAtMs: number }> {
    const { devices, overrides, environments, clock, newId, telemetry } = this.parts;
    const before = slot.device;
    const of = next ?? before;
    const change: Change = {
      id: newId(),
      event: eventOf(before, next),
      environment: call.environment,
      flagKey: null,
      targetUserId: of?.userId ?? null,
      targetDeviceId: of?.deviceId ?? null,
      changedKeys: (['type', 'name'] as const).filter(
        (field) => (before?.[field] ?? null) !== (next?.[field] ?? null),
      ),
      before: before ?? null,
      after: next ?? null,
      reason,
      at: next?.updatedAt ?? new Date(clock()).toISOString(),
      ...call.attribution,
    };
    if (call.dryRun) {
      return { change, doneAtMs: clock() };
    }
    await devices.commit(slot, next, change, MAX_DEVICES);
    const doneAtMs = clock();
    // whose device it is counts in every environment
    const moved = await Promise.allSettled(environments.map((each) => overrides.bumpVersion(each)));
    if (moved.some(({ status }) => status === 'rejected')) {
      telemetry.warn('overrides version not moved', { deviceChange: change.id });
    }
    return { change, doneAtMs };
  }
}

const eventOf = (before: Device | undefined, next: Device | undefined): AuditEventName => {
  if (next === undefined) {
    return 'device.removed';
  }
  return before === undefined ? 'device.registered' : 'device.updated';
};
