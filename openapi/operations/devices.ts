import {
  listDevicesRequest,
  putDeviceRequest,
  putMyDeviceRequest,
} from '../../shared/contract/device-requests';
import { changeFeatureFlagsRequest } from '../../shared/contract/feature-flag-requests';
import type { Operation } from '../operation';

const theDevice = (description: string) => ({ description, body: 'Device', headers: ['ETag'] }) as const;

const list = {
  tag: 'Devices',
  request: listDevicesRequest,
  answers: { 200: { description: 'A page of devices.', body: 'DevicePage' } },
} as const;

const read = {
  tag: 'Devices',
  answers: { 200: theDevice('The device.') },
  problems: ['DEVICE_NOT_FOUND'],
} as const;

const put = {
  tag: 'Devices',
  description:
    'Registers the device, or replaces what is known of it, in every environment. An id that somebody else has is taken.',
  condition: 'If-Match',
  answers: {
    201: { ...theDevice('A new device.'), headers: ['ETag', 'Location'] },
    200: theDevice('It was registered already.'),
  },
} as const;

const remove = {
  tag: 'Devices',
  description: "Takes the device's overrides of all environments along.",
  condition: 'If-Match',
  answers: { 204: { description: 'It is gone.' } },
  problems: ['DEVICE_NOT_FOUND'],
} as const;

const panel =
  'What decides about each flag, and what would have decided without it. Flags for groups, types or tiers that the user is in none of show their off variant.';

const change = {
  tag: 'Feature flags',
  description:
    'All or nothing, as one change. An override that is there keeps its reason and expiry and is switched on. Clearing a value that is not set is no error, and what changes nothing writes nothing.',
  request: changeFeatureFlagsRequest,
  answers: { 200: { description: 'The values that are pinned now.', body: 'ChangeFeatureFlagsResponse' } },
} as const;

export const deviceOperations = {
  'GET /api/admin/users/{userId}/devices': {
    ...list,
    id: 'listDevices',
    summary: 'List the devices of a user',
  },
  'GET /api/admin/users/{userId}/devices/{deviceId}': {
    ...read,
    id: 'getDevice',
    summary: 'Read a device of a user',
  },
  'PUT /api/admin/users/{userId}/devices/{deviceId}': {
    ...put,
    summary: 'Register a device of a user',
    request: putDeviceRequest,
    parameters: { checkUser: 'Ask the user pool too whether there is such a user.' },
    problems: ['ALREADY_EXISTS', 'USER_NOT_FOUND'],
  },
  'DELETE /api/admin/users/{userId}/devices/{deviceId}': { ...remove, summary: 'Remove a device of a user' },
  'GET /api/devices/me': { ...list, id: 'listMyDevices', summary: "List the caller's devices" },
  'GET /api/devices/me/{deviceId}': { ...read, id: 'getMyDevice', summary: 'Read a device of the caller' },
  'PUT /api/devices/me/{deviceId}': {
    ...put,
    summary: 'Register a device of the caller',
    request: putMyDeviceRequest,
    problems: ['ALREADY_EXISTS'],
  },
  'DELETE /api/devices/me/{deviceId}': { ...remove, summary: 'Remove a device of the caller' },
  'GET /api/admin/users/{userId}/feature-flags': {
    id: 'showUserFlags',
    tag: 'Feature flags',
    summary: 'All flags as a user has them',
    description: panel,
    answers: { 200: { description: 'The flags.', body: 'UserFlags' } },
  },
  'PATCH /api/admin/users/{userId}/feature-flags': {
    ...change,
    id: 'changeUserFlags',
    summary: 'Pin values of flags for a user',
    parameters: { checkUser: 'Ask the user pool too whether there is such a user.' },
    problems: ['FLAG_NOT_FOUND', 'USER_NOT_FOUND', 'INVALID_VALUE', 'RATE_LIMITED'],
  },
  'GET /api/admin/devices/{deviceId}/feature-flags': {
    id: 'showDeviceFlags',
    tag: 'Feature flags',
    summary: 'All flags as the owner of a device has them there',
    description: panel,
    answers: { 200: { description: 'The flags.', body: 'DeviceFlags' } },
    problems: ['DEVICE_NOT_FOUND', 'INVALID_VALUE'],
  },
  'PATCH /api/admin/devices/{deviceId}/feature-flags': {
    ...change,
    id: 'changeDeviceFlags',
    summary: 'Pin values of flags for a device',
    parameters: { checkUser: 'Ask the user pool too whether it still knows whose device it is.' },
    problems: ['DEVICE_NOT_FOUND', 'FLAG_NOT_FOUND', 'USER_NOT_FOUND', 'INVALID_VALUE', 'RATE_LIMITED'],
  },
} as const satisfies Record<string, Operation>;
