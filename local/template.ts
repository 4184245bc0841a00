import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { resolveIntrinsics, type Stand } from './intrinsics';
import { plainName, standFor } from './stand-ins';
import {
  AssetsSchema,
  AuthorizerSchema,
  ClientSchema,
  CorsSchema,
  type CorsSpec,
  FunctionSchema,
  IntegrationSchema,
  MappingSchema,
  PolicySchema,
  type PolicyStatement,
  type Resource,
  RouteSchema,
  TableSchema,
  TemplateSchema,
} from './template-schemas';

/** What the synthesised template says, as far as a laptop can honour it. */
export interface LocalTemplate {
  readonly tables: readonly TableSpec[];
  readonly functions: ReadonlyMap<string, FunctionSpec>;
  readonly routes: readonly RouteSpec[];
  readonly cors: CorsSpec | undefined;
  readonly mappings: readonly MappingSpec[];
  readonly clients: readonly ClientSpec[];
  /** What the managed policies allow, by their names. */
  readonly policies: ReadonlyMap<string, readonly PolicyStatement[]>;
  readonly groups: readonly string[];
}

interface ClientSpec {
  readonly id: string;
  /** As the template has them. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** For client credentials: machines get their tokens by it, not people. */
  readonly isForMachines: boolean;
  readonly scopes: readonly string[];
}

export interface TableSpec {
  readonly input: CreateTableCommandInput & { TableName: string };
  readonly ttlAttribute: string | undefined;
}

export interface FunctionSpec {
  readonly name: string;
  /** File that exports the handler. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

export interface RouteSpec {
  /** `METHOD /path/{parameter}` or `$default`. */
  readonly routeKey: string;
  readonly functionId: string;
  /** Undefined where everybody may call. */
  readonly authorizer: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  /** Only for requests signed with AWS credentials. */
  readonly needsSignature?: boolean;
}

export interface MappingSpec {
  readonly functionId: string;
  readonly tableName: string;
  readonly filters: readonly unknown[];
  readonly batchSize: number;
  readonly bisects: boolean;
  /** Negative: until the records are too old. */
  readonly maxRetries: number;
  readonly maxRecordAgeMs: number;
  readonly reportsFailures: boolean;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8')) as unknown;

/** A stream of DynamoDB keeps a record for a day. */
const STREAM_RETENTION_MS = 24 * 3_600_000;

/** What nobody reads here (roles, log groups, keys) may refer to things that have no stand-in. */
const wantedBy = (
  schema: z.ZodType,
  properties: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).filter(
      ([name]) => !(schema instanceof z.ZodObject) || Object.hasOwn(schema.shape, name),
    ),
  );

/** The logical id at the end of a name or ARN of ours. */
const lastPart = (text: string): string => text.split(/[:/]/).at(-1) ?? text;

class TemplateReader {
  constructor(
    private readonly resources: Readonly<Record<string, Resource>>,
    private readonly assetFolders: ReadonlyMap<string, string>,
    private readonly stand: Stand,
  ) {}

  read(): LocalTemplate {
    const apis = this.ofType(
      'AWS::ApiGatewayV2::Api',
      z.object({ CorsConfiguration: CorsSchema.optional() }),
    );
    return {
      tables: this.ofType('AWS::DynamoDB::Table', TableSchema).map(([id, table]) =>
        tableSpec(plainName(id), table),
      ),
      functions: new Map(
        this.ofType('AWS::Lambda::Function', FunctionSchema).map(([id, spec]) => [
          id,
          this.functionSpec(id, spec),
        ]),
      ),
      routes: this.ofType('AWS::ApiGatewayV2::Route', RouteSchema).map(([, route]) => this.routeSpec(route)),
      cors: apis[0]?.[1].CorsConfiguration,
      mappings: this.ofType('AWS::Lambda::EventSourceMapping', MappingSchema)
        .filter(([, { Enabled }]) => Enabled)
        .map(([, mapping]) => mappingSpec(mapping)),
      clients: this.ofType('AWS::Cognito::UserPoolClient', z.record(z.string(), z.unknown())).map(
        ([id, properties]) => clientSpec(this.stand.ref(id), properties),
      ),
      policies: new Map(
        this.ofType('AWS::IAM::ManagedPolicy', PolicySchema).map(([id, { PolicyDocument }]) => [
          plainName(id),
          PolicyDocument.Statement,
        ]),
      ),
      groups: this.ofType('AWS::Cognito::UserPoolGroup', z.object({ GroupName: z.string() })).map(
        ([, { GroupName }]) => GroupName,
      ),
    };
  }

  private ofType<Schema extends z.ZodType>(type: string, schema: Schema): [string, z.infer<Schema>][] {
    return Object.entries(this.resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => [id, this.parse(id, schema, resource.Properties)]);
  }

  private parse<Schema extends z.ZodType>(
    id: string,
    schema: Schema,
    properties: Readonly<Record<string, unknown>>,
  ): z.infer<Schema> {
    const parsed = schema.safeParse(resolveIntrinsics(wantedBy(schema, properties), this.stand));
    if (!parsed.success) {
      throw new Error(`The template's ${id} is not of the expected form: ${z.prettifyError(parsed.error)}`);
    }
    return parsed.data;
  }

  private one<Schema extends z.ZodType>(id: string, schema: Schema): z.infer<Schema> {
    const resource = this.resources[id];
    if (resource === undefined) {
      throw new Error(`The template refers to ${id}, which it does not have.`);
    }
    return this.parse(id, schema, resource.Properties);
  }

  private functionSpec(id: string, spec: z.infer<typeof FunctionSchema>): FunctionSpec {
    const folder = this.assetFolders.get(spec.Code.S3Key.replace(/\.zip$/, ''));
    if (folder === undefined) {
      throw new Error(`The assembly has no asset for the function ${id}.`);
    }
    return {
      name: plainName(id),
      file: join(folder, `${spec.Handler.split('.')[0]}.mjs`),
      environment: spec.Environment?.Variables ?? {},
      timeoutMs: spec.Timeout * 1000,
      memoryMb: spec.MemorySize,
    };
  }

  private routeSpec(route: z.infer<typeof RouteSchema>): RouteSpec {
    const integration = this.one(lastPart(route.Target), IntegrationSchema);
    const needsToken = route.AuthorizationType === 'JWT';
    const jwt = needsToken
      ? this.one(route.AuthorizerId ?? '', AuthorizerSchema).JwtConfiguration
      : undefined;
    return {
      routeKey: route.RouteKey,
      functionId: lastPart(integration.IntegrationUri),
      authorizer: jwt && { issuer: jwt.Issuer, audience: jwt.Audience },
      needsSignature: route.AuthorizationType === 'AWS_IAM',
    };
  }
}

const tableSpec = (name: string, table: z.infer<typeof TableSchema>): TableSpec => ({
  ttlAttribute: table.TimeToLiveSpecification?.Enabled
    ? table.TimeToLiveSpecification.AttributeName
    : undefined,
  input: {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: table.AttributeDefinitions,
    KeySchema: table.KeySchema,
    GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
    ...(table.StreamSpecification && {
      StreamSpecification: { StreamEnabled: true, ...table.StreamSpecification },
    }),
  } as CreateTableCommandInput & { TableName: string },
});

const clientSpec = (id: string, properties: Readonly<Record<string, unknown>>): ClientSpec => {
  const { AllowedOAuthFlows, AllowedOAuthScopes } = ClientSchema.parse(properties);
  const isForMachines = AllowedOAuthFlows.includes('client_credentials');
  return { id, properties, isForMachines, scopes: AllowedOAuthScopes };
};

const mappingSpec = (mapping: z.infer<typeof MappingSchema>): MappingSpec => ({
  functionId: lastPart(mapping.FunctionName),
  tableName: plainName(lastPart(mapping.EventSourceArn)),
  filters: (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern }) => JSON.parse(Pattern) as unknown),
  batchSize: mapping.BatchSize,
  bisects: mapping.BisectBatchOnFunctionError,
  maxRetries: mapping.MaximumRetryAttempts,
  maxRecordAgeMs:
    mapping.MaximumRecordAgeInSeconds < 0 ? STREAM_RETENTION_MS : mapping.MaximumRecordAgeInSeconds * 1000,
  reportsFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
});

/** Reads the cloud assembly in `folder`; throws an error that names what is missing or strange. */
export const readTemplate = (folder: string): LocalTemplate => {
  const { Resources } = TemplateSchema.parse(readJson(join(folder, 'Guidon.template.json')));
  const { files } = AssetsSchema.parse(readJson(join(folder, 'Guidon.assets.json')));
  const assetFolders = new Map(
    Object.entries(files).map(([hash, { source }]) => [hash, join(folder, source.path ?? '')]),
  );
  return new TemplateReader(Resources, assetFolders, standFor(Resources)).read();
};
