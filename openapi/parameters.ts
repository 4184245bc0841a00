import type { RouteKey } from '../functions/routes';
import { ImportIdSchema, PartNumberSchema } from '../shared/contract/import';
import { DeviceIdSchema } from '../shared/contract/device';
import { AuditIdSchema } from '../shared/contract/audit';
import { AnyUserIdSchema, FlagKeySchema } from '../shared/contract/primitives';
import { RuleIdSchema } from '../shared/contract/rule';
import { SegmentKeySchema } from '../shared/contract/segment';
import type * as z from 'zod';

type NameIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NameIn<Rest> : never;

interface PathParameter {
  readonly schema: z.ZodType;
  readonly description: string;
}

/** Every name in braces that the route table has. */
export const pathParameters: Readonly<Record<NameIn<RouteKey>, PathParameter>> = {
  flagKey: { schema: FlagKeySchema, description: 'Key of the flag.' },
  ruleId: { schema: RuleIdSchema, description: 'Id of the rule.' },
  segmentKey: { schema: SegmentKeySchema, description: 'Key of the segment.' },
  id: { schema: AuditIdSchema, description: 'Id of the audit event.' },
  importId: { schema: ImportIdSchema, description: 'Id of the import.' },
  part: { schema: PartNumberSchema, description: 'Number of the part, from 1.' },
  key: { schema: FlagKeySchema, description: 'Key of the flag.' },
  deviceId: { schema: DeviceIdSchema, description: 'Id of the device.' },
  userId: {
    schema: AnyUserIdSchema,
    description: 'The `sub` of a user. The deployment may take other ids too (`userIdFormat`).',
  },
};

/** Query parameters that mean the same wherever they are. */
export const queryDescriptions: Readonly<Record<string, string>> = {
  dryRun: 'Check everything, answer with what would be, and write nothing.',
  limit: 'How many entries the page has at most.',
  cursor: '`nextCursor` of the page before; good for this route, environment and filter only.',
};

const environment = { type: 'string', examples: ['production'] };

/** Parameters that several routes have. */
export const sharedParameters = {
  Environment: {
    name: 'environment',
    in: 'query',
    description:
      'The environment; left out, it is that of `X-Environment`, else the default of the deployment.',
    schema: environment,
  },
  EnvironmentHeader: {
    name: 'X-Environment',
    in: 'header',
    description: 'The environment, for clients that can only set headers.',
    schema: environment,
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description: 'Entity tags of the versions that may be overwritten, or `*` for any that exists; else 412.',
    schema: { type: 'string', examples: ['"1"'] },
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'Entity tags of what the client has; 304 if it is still that.',
    schema: { type: 'string' },
  },
  'X-App-Version': {
    name: 'X-App-Version',
    in: 'header',
    description: "The client's own version, as `client.appVersion` in rules.",
    schema: { type: 'string', examples: ['2.4.0'] },
  },
  'X-Device-Id': {
    name: 'X-Device-Id',
    in: 'header',
    description: "The device that the user asks from. One that is not the user's own is ignored.",
    schema: { type: 'string', examples: ['phone-7f3a'] },
  },
  'X-Timezone': {
    name: 'X-Timezone',
    in: 'header',
    description: 'Where the clock of the client is, as `client.timezone` in rules.',
    schema: { type: 'string', examples: ['Europe/Berlin'] },
  },
} as const;

/** Headers of answers. */
export const answerHeaders = {
  'X-Request-Id': {
    description: 'Names the request in the logs. Only an answer of the gateway itself has none.',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'The version of what is answered, or of the whole answer.',
    required: true,
    schema: { type: 'string' },
  },
  Location: {
    description: 'Where the new thing is, by the entrance and environment of the request.',
    required: true,
    schema: { type: 'string', format: 'uri-reference' },
  },
  Link: {
    description: 'The next page, `<…>; rel="next"`; absent at the end.',
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
} as const;
