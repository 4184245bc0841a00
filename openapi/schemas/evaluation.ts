import * as z from 'zod';
import {
  ConfigFlagsResponseSchema,
  EvaluationResultSchema,
  FeatureFlagsResponseSchema,
  MyFlagsResponseSchema,
  ReasonCodeSchema,
  SourceSchema,
} from '../../shared/contract/evaluation';
import { HealthResponseSchema } from '../../shared/contract/health';
import { named } from '../named-schema';

const OpenApiDocumentSchema = z.looseObject({ openapi: z.string() });

export const evaluationSchemas = {
  Health: named(HealthResponseSchema, 'The API answers.'),
  OpenApiDocument: named(OpenApiDocumentSchema, 'An OpenAPI document.'),
  ReasonCode: named(ReasonCodeSchema, "Why a value came out, in OpenFeature's words."),
  Source: named(SourceSchema, 'The layer of the resolution order that decided.'),
  ConfigFlags: named(ConfigFlagsResponseSchema, 'The values of all flags.', {
    version: 'The ruleset version; overrides do not move it.',
    flags: 'Values by flag key.',
  }),
  FeatureFlags: named(FeatureFlagsResponseSchema, 'All flags with their reasons.', {
    flags: 'In the order of their keys.',
  }),
  EvaluationResult: named(EvaluationResultSchema, 'What a flag gives, and what decided.', {
    variant: 'Null for a value that is no variant.',
    override: 'The override that decided, or null.',
  }),
  MyFlags: named(MyFlagsResponseSchema, 'All flags of a user, with what decided.', {
    userId: 'The `sub` of the token.',
    flags: 'By flag key.',
  }),
};
