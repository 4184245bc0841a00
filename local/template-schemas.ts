import * as z from 'zod';

/** The parts of a cloud assembly that a laptop reads: resources of the template, and where the bundles are. */

export const CorsSchema = z.object({
  AllowOrigins: z.array(z.string()).default([]),
  AllowMethods: z.array(z.string()).default([]),
  AllowHeaders: z.array(z.string()).default([]),
  ExposeHeaders: z.array(z.string()).default([]),
  MaxAge: z.number().optional(),
  AllowCredentials: z.boolean().default(false),
});
export type CorsSpec = z.infer<typeof CorsSchema>;

const ResourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
export type Resource = z.infer<typeof ResourceSchema>;

export const TemplateSchema = z.object({ Resources: z.record(z.string(), ResourceSchema) });

export const AssetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string().optional() }) })),
});

export const FunctionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
});

export const MappingSchema = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).optional(),
  BatchSize: z.number().default(100),
  BisectBatchOnFunctionError: z.boolean().default(false),
  Enabled: z.boolean().default(true),
  MaximumRetryAttempts: z.number().default(-1),
  MaximumRecordAgeInSeconds: z.number().default(-1),
  FunctionResponseTypes: z.array(z.string()).default([]),
});

export const TableSchema = z.object({
  AttributeDefinitions: z.unknown(),
  KeySchema: z.unknown(),
  GlobalSecondaryIndexes: z.unknown(),
  StreamSpecification: z.object({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.object({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

export const IntegrationSchema = z.object({ IntegrationUri: z.string() });

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

export const PolicySchema = z.object({
  PolicyDocument: z.object({
    // what is not understood, as a condition, must not count for nothing
    Statement: z.array(z.strictObject({ Effect: z.enum(['Allow', 'Deny']), Action: texts, Resource: texts })),
  }),
});
export type PolicyStatement = z.infer<typeof PolicySchema>['PolicyDocument']['Statement'][number];

export const ClientSchema = z.object({
  AllowedOAuthFlows: z.array(z.string()).default([]),
  AllowedOAuthScopes: z.array(z.string()).default([]),
});

export const RouteSchema = z.object({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'JWT', 'AWS_IAM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  // scopes of tokens are not checked here, so none may be asked for
  AuthorizationScopes: z.array(z.never()).optional(),
});

export const AuthorizerSchema = z.object({
  JwtConfiguration: z.object({ Issuer: z.string(), Audience: z.array(z.string()) }),
});
