import type { Device } from '../contract/device';
import type { Change, Clock, DeviceRepository, DeviceSlot } from '../ports';
import { overrideChangeKey, putChange, unchangedSince } from './change-items';
import { changeIdOf, parseDeviceItem, readable, tombstone } from './items';
import { deviceCountKey, deviceGsi1, deviceKey, ownerPartition, PREFIX } from './keys';
import type { Table, TransactItem } from './table';

export class DynamoDeviceRepository implements DeviceRepository {
  constructor(
    private readonly table: Table,
    private readonly clock: Clock,
  ) {}

  async readSlot(deviceId: string): Promise<DeviceSlot> {
    const item = await this.table.get(deviceKey(deviceId), 'strong');
    return { device: item === undefined ? undefined : parseDeviceItem(item), changeId: changeIdOf(item) };
  }

  async countOf(userId: string): Promise<number> {
    const item = await this.table.get(deviceCountKey(userId), 'strong');
    return Number(item?.['devices'] ?? 0);
  }

  async ofUser(userId: string): Promise<Device[]> {
    const devices: Device[] = [];
    const pages = this.table.query({
      IndexName: 'GSI1',
      KeyConditionExpression: 'GSI1PK = :pk AND begins_with(GSI1SK, :device)',
      ExpressionAttributeValues: { ':pk': ownerPartition(userId), ':device': PREFIX.device },
    });
    for await (const items of pages) {
      devices.push(...readable(items, parseDeviceItem));
    }
    return devices;
  }

  async commit(slot: DeviceSlot, next: Device | undefined, change: Change, most: number): Promise<void> {
    const { table, clock } = this;
    const of = next ?? slot.device;
    if (of === undefined) {
      throw new TypeError('there is no registration to end');
    }
    await table.transact([
      {
        Put: {
          TableName: table.name,
          Item: {
            ...deviceKey(of.deviceId),
            ...(next === undefined
              ? tombstone(change.id, clock())
              : { ...deviceGsi1(next), ...next, changeId: change.id }),
          },
          ...unchangedSince(slot.changeId),
        },
      },
      ...this.moveCount(of.userId, slot.device, next, most),
      putChange(table.name, overrideChangeKey(change), change),
    ]);
  }

  private moveCount(
    userId: string,
    before: Device | undefined,
    after: Device | undefined,
    most: number,
  ): TransactItem[] {
    if ((before === undefined) === (after === undefined)) {
      return [];
    }
    const isNew = after !== undefined;
    return [
      {
        Update: {
          TableName: this.table.name,
          Key: deviceCountKey(userId),
          UpdateExpression: 'ADD devices :by',
          ...(isNew && { ConditionExpression: 'attribute_not_exists(devices) OR devices < :most' }),
          ExpressionAttributeValues: isNew ? { ':by': 1, ':most': most } : { ':by': -1 },
        },
      },
    ];
  }
}
