const userDevice = '/api/admin/users/{userId}/devices';
const myDevice = '/api/devices/me';
const userFlags = '/api/admin/users/{userId}/feature-flags';
const deviceFlags = '/api/admin/devices/{deviceId}/feature-flags';

/** The rows of `routes.ts` about devices, and about the feature flags of one user or device. */
export const deviceRoutes = [
  {
    name: 'list-devices',
    entry: 'admin/list-devices',
    routes: [`GET ${userDevice}`, `GET ${userDevice}/{deviceId}`],
    caller: 'viewer',
    access: 'read',
  },
  {
    name: 'put-device',
    entry: 'admin/put-device',
    routes: [`PUT ${userDevice}/{deviceId}`],
    caller: 'admin',
    access: 'assign',
  },
  {
    name: 'remove-device',
    entry: 'admin/remove-device',
    routes: [`DELETE ${userDevice}/{deviceId}`],
    caller: 'admin',
    access: 'equip',
  },
  {
    name: 'list-my-devices',
    entry: 'devices/list-my-devices',
    routes: [`GET ${myDevice}`, `GET ${myDevice}/{deviceId}`],
    caller: 'user',
    access: 'read',
  },
  {
    name: 'put-my-device',
    entry: 'devices/put-my-device',
    routes: [`PUT ${myDevice}/{deviceId}`],
    caller: 'user',
    access: 'equip',
  },
  {
    name: 'remove-my-device',
    entry: 'devices/remove-my-device',
    routes: [`DELETE ${myDevice}/{deviceId}`],
    caller: 'user',
    access: 'equip',
  },
  {
    name: 'show-feature-flags',
    entry: 'admin/show-feature-flags',
    routes: [`GET ${userFlags}`, `GET ${deviceFlags}`],
    caller: 'viewer',
    access: 'inspect',
  },
  {
    name: 'change-feature-flags',
    entry: 'admin/change-feature-flags',
    routes: [`PATCH ${userFlags}`, `PATCH ${deviceFlags}`],
    caller: 'admin',
    access: 'assign',
  },
] as const;
