import type { UserFlagOverride } from '../evaluation/model';
import type { OverrideRepository, StoredOverride } from '../override-ports';
import type { Clock, DeviceRepository, Telemetry } from '../ports';
import { isEligible } from './eligible-device';
import { VersionedCache } from './versioned-cache';

/** Users whose overrides a container keeps, and devices; most have none, which is kept too. */
const MAX_SUBJECTS = 10_000;

/** By flag key. */
export type OverridesByFlag = ReadonlyMap<string, readonly UserFlagOverride[]>;

const NONE: OverridesByFlag = new Map();

export const groupedByFlag = (overrides: readonly StoredOverride[]): OverridesByFlag => {
  if (overrides.length === 0) {
    return NONE;
  }
  const byFlag = new Map<string, UserFlagOverride[]>();
  for (const override of overrides) {
    byFlag.set(override.flagKey, [...(byFlag.get(override.flagKey) ?? []), override]);
  }
  return byFlag;
};

/** What a device counts for. */
interface KnownDevice {
  /** Undefined where nobody's evaluation looks at it. */
  readonly ownerId: string | undefined;
  readonly byFlag: OverridesByFlag;
}

const NOBODYS: KnownDevice = { ownerId: undefined, byFlag: NONE };

export interface OverrideCacheParts {
  readonly overrides: Pick<OverrideRepository, 'ofSubject'>;
  readonly devices: Pick<DeviceRepository, 'readSlot'>;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** The overrides of the users and devices a container serves, dropped when the environment's overrides move. */
export class OverrideCache {
  private readonly users: VersionedCache<OverridesByFlag>;
  /** Apart from the users: whoever makes ids up displaces nobody's exclusions. */
  private readonly devices: VersionedCache<KnownDevice>;

  constructor(private readonly parts: OverrideCacheParts) {
    this.users = new VersionedCache(parts, MAX_SUBJECTS);
    this.devices = new VersionedCache(parts, MAX_SUBJECTS);
  }

  /**
   * The user's overrides as of `version` or newer. If the store does not answer, what was read last, else none,
   * marked stale.
   */
  async get(
    environment: string,
    userId: string,
    version: number,
  ): Promise<{ byFlag: OverridesByFlag; isStale: boolean }> {
    const { value = NONE, isStale } = await this.users.get(environment, userId, version, async () =>
      groupedByFlag(await this.parts.overrides.ofSubject(environment, { userId, deviceId: null })),
    );
    return { byFlag: value, isStale };
  }

  /** The same of a device; no overrides of one that is not the user's own, or not eligible. */
  async ofDevice(
    environment: string,
    deviceId: string,
    userId: string,
    version: number,
  ): Promise<{ byFlag: OverridesByFlag; isTheirs: boolean; isStale: boolean }> {
    const { value = NOBODYS, isStale } = await this.devices.get(environment, deviceId, version, () =>
      this.readDevice(environment, deviceId),
    );
    const isTheirs = value.ownerId === userId;
    return { byFlag: isTheirs ? value.byFlag : NONE, isTheirs, isStale };
  }

  private async readDevice(environment: string, deviceId: string): Promise<KnownDevice> {
    const { device } = await this.parts.devices.readSlot(deviceId);
    if (device === undefined || !isEligible(device)) {
      return NOBODYS;
    }
    const overrides = await this.parts.overrides.ofSubject(environment, { userId: null, deviceId });
    return { ownerId: device.userId, byFlag: groupedByFlag(overrides) };
  }
}

/** The overrides of both, the user's first. */
export const bothOf = (users: OverridesByFlag, devices: OverridesByFlag): OverridesByFlag => {
  if (devices.size === 0 || users.size === 0) {
    return devices.size === 0 ? users : devices;
  }
  const both = new Map(users);
  for (const [flagKey, overrides] of devices) {
    both.set(flagKey, [...(users.get(flagKey) ?? []), ...overrides]);
  }
  return both;
};
