import * as z from 'zod';
import {
  ChangeFlagStateRequestSchema,
  CopyFlagRequestSchema,
  CreateFlagRequestSchema,
  FlagSchema,
  ListedFlagSchema,
  OverrideCountsSchema,
  ReplaceFlagRequestSchema,
} from '../../shared/contract/flag';
import { pageSchema, withoutServerOwned } from '../../shared/contract/primitives';
import { named } from '../named-schema';
import { pageFields, serverFields } from './fields';

const definition = {
  variants: 'Values by name, of the type of the flag. At least one, at most 100.',
  onVariant: 'Served to those who have the feature; one of `variants`.',
  offVariant: 'Served to the others; one of `variants`.',
  enabled: 'While false, everybody without an override gets the off variant.',
  rolloutPercentage: 'How many have the feature, with at most three decimals.',
  visibility: '`public` flags are also there for anonymous callers.',
  valueSchema: 'A JSON Schema (draft 2020-12) that every variant must satisfy.',
  variantWeights: 'Percent by variant instead of the percentage, 100 in all.',
};

const identity = {
  key: 'Unique in its environment; never changes.',
  type: 'Of the values; never changes. `object` takes objects and arrays.',
};

const flagFields = {
  ...identity,
  ...definition,
  ...serverFields,
  state: 'An archived flag is absent for everybody.',
  killed: 'A killed flag is off for everybody, overrides included.',
};

const replaceable = {
  key: 'May be repeated, not changed.',
  type: 'May be repeated, not changed.',
  ...definition,
};

export const flagSchemas = {
  Flag: named(FlagSchema, 'A flag of one environment.', flagFields),
  OverrideCounts: named(OverrideCountsSchema, 'How many overrides of each kind count now.'),
  ListedFlag: named(ListedFlagSchema, 'A flag in a list.', flagFields),
  FlagPage: named(pageSchema(ListedFlagSchema), 'Flags in the order of their keys.', pageFields),
  CreateFlagRequest: named(
    CreateFlagRequestSchema,
    'A new flag; what is left out takes its default.',
    {
      ...definition,
      key: identity.key,
      type: identity.type,
      variants: `${definition.variants} Left out: \`{ "on": true, "off": false }\`.`,
    },
    {
      key: 'theme',
      type: 'string',
      variants: { on: 'dark', off: 'light' },
      enabled: true,
      rolloutPercentage: 12.5,
    },
  ),
  ReplaceFlagRequest: named(
    ReplaceFlagRequestSchema,
    'A whole definition; what is left out takes its default.',
    replaceable,
    { enabled: true, rolloutPercentage: 50, tags: ['checkout'] },
  ),
  PatchFlagRequest: named(
    z.preprocess(withoutServerOwned, ReplaceFlagRequestSchema.out),
    'A JSON merge patch (RFC 7396): what is left out stays. A null in `variants` takes that variant away.',
    replaceable,
    { rolloutPercentage: 50, variants: { contrast: 'black' } },
  ),
  CopyFlagRequest: named(
    CopyFlagRequestSchema,
    'Where a flag is copied to.',
    { to: 'An environment of the deployment.' },
    { to: 'production' },
  ),
  ChangeFlagStateRequest: named(
    ChangeFlagStateRequestSchema,
    'Why the state changes.',
    { reason: 'For the audit log.' },
    { reason: 'Pages stay empty' },
  ),
};
