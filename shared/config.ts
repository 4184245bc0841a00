import * as z from 'zod';
import { UserIdFormatSchema, type UserIdFormat } from './contract/primitives';

/** What a deployment can set. The stack writes these variables; nothing else reads the environment. */
export interface Config {
  readonly flagTableName: string;
  readonly auditTableName: string;
  readonly environments: readonly string[];
  readonly defaultEnvironment: string;
  readonly userIdFormat: UserIdFormat;
  /** Of one flag, in any 60 minutes. */
  readonly overrideChangesPerHour: number;
  readonly tokens: TokenConfig;
  readonly identityClaims: IdentityClaims;
  readonly userPoolId: string;
  readonly importParts: ImportPartsConfig;
  /** For one exchange with the store, in milliseconds. No stack sets it: it is for machines that stand still at times. */
  readonly storeTimeoutMs?: number | undefined;
}

/** Where the parts of imports are kept: in a bucket, or on a laptop in a folder. */
type ImportPartsConfig =
  | {
      readonly bucket: string;
      readonly region: string;
      /** Of an emulator; undefined: that of S3. */
      readonly endpoint: string | undefined;
    }
  | { readonly folder: string };

/** Which tokens count: those of one user pool, for these app clients. */
export interface TokenConfig {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly clientIds: readonly string[];
  /** App clients for client credentials. */
  readonly machineClientIds: readonly string[];
}

/** The claims of a token that identity attributes are read from. */
export interface IdentityClaims {
  readonly groups: string;
  readonly userType: string;
  readonly subscription: string;
}

const list = z
  .string()
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .refine((parts) => parts.length > 0, 'is a list of at least one');

const EnvironmentSchema = z
  .object({
    FLAG_TABLE_NAME: z.string().min(1),
    AUDIT_TABLE_NAME: z.string().min(1),
    ENVIRONMENTS: list,
    DEFAULT_ENVIRONMENT: z.string().min(1),
    USER_ID_FORMAT: UserIdFormatSchema,
    TOKEN_ISSUER: z.url(),
    TOKEN_JWKS_URI: z.url(),
    TOKEN_CLIENT_IDS: list,
    TOKEN_MACHINE_CLIENT_IDS: list,
    OVERRIDE_CHANGES_PER_HOUR: z.coerce.number().int().positive(),
    GROUPS_CLAIM: z.string().min(1),
    USER_TYPE_CLAIM: z.string().min(1),
    SUBSCRIPTION_CLAIM: z.string().min(1),
    USER_POOL_ID: z.string().min(1),
    IMPORT_PARTS: z.string().regex(/^(s3|file):\/\/./, 'is s3://<bucket> or file://<folder>'),
    STORE_TIMEOUT_MS: z.coerce.number().int().positive().optional(),
    AWS_REGION: z.string().min(1),
    AWS_ENDPOINT_URL: z.url().optional(),
    AWS_ENDPOINT_URL_S3: z.url().optional(),
  })
  .refine((env) => env.ENVIRONMENTS.includes(env.DEFAULT_ENVIRONMENT), {
    message: 'DEFAULT_ENVIRONMENT is one of ENVIRONMENTS',
  });

const importPartsOf = (values: z.infer<typeof EnvironmentSchema>): ImportPartsConfig => {
  const [kind, place = ''] = values.IMPORT_PARTS.split(/:\/\/(.*)/s);
  return kind === 'file'
    ? { folder: place }
    : {
        bucket: place,
        region: values.AWS_REGION,
        endpoint: values.AWS_ENDPOINT_URL_S3 ?? values.AWS_ENDPOINT_URL,
      };
};

/** Reads the configuration, or throws an error that names every wrong variable. */
export const readConfig = (env: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const parsed = EnvironmentSchema.safeParse(env);
  if (!parsed.success) {
    throw new Error(`Configuration: ${z.prettifyError(parsed.error)}`);
  }
  const values = parsed.data;
  return {
    flagTableName: values.FLAG_TABLE_NAME,
    auditTableName: values.AUDIT_TABLE_NAME,
    environments: values.ENVIRONMENTS,
    defaultEnvironment: values.DEFAULT_ENVIRONMENT,
    userIdFormat: values.USER_ID_FORMAT,
    overrideChangesPerHour: values.OVERRIDE_CHANGES_PER_HOUR,
    tokens: {
      issuer: values.TOKEN_ISSUER,
      jwksUri: values.TOKEN_JWKS_URI,
      clientIds: values.TOKEN_CLIENT_IDS,
      machineClientIds: values.TOKEN_MACHINE_CLIENT_IDS,
    },
    identityClaims: {
      groups: values.GROUPS_CLAIM,
      userType: values.USER_TYPE_CLAIM,
      subscription: values.SUBSCRIPTION_CLAIM,
    },
    userPoolId: values.USER_POOL_ID,
    importParts: importPartsOf(values),
    storeTimeoutMs: values.STORE_TIMEOUT_MS,
  };
};
