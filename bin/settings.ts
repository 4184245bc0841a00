import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { UserIdFormatSchema } from '../shared/contract/primitives';

/** `-c name=a,b` on the command line gives a text where cdk.json has a list. */
const fromText = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : value;

const EnvironmentNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'an environment is 1 to 32 lower-case letters, digits or "-"');

const isLocal = (url: URL): boolean => url.hostname === 'localhost' || url.hostname === '127.0.0.1';

const isExactOrigin = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url)));
};

const SettingsSchema = z
  .object({
    stage: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'a stage is 1 to 20 lower-case letters, digits or "-"'),
    environments: z.preprocess(
      fromText,
      z
        .array(EnvironmentNameSchema)
        .min(1)
        .refine((names) => new Set(names).size === names.length, 'an environment is listed once'),
    ),
    defaultEnvironment: z.string(),
    userIdFormat: UserIdFormatSchema,
    allowedOrigins: z.preprocess(
      fromText,
      z.array(
        z.string().refine(isExactOrigin, 'an origin is like https://app.example.com, without a path or "*"'),
      ),
    ),
    logRetentionDays: z.coerce.number().pipe(z.enum(RetentionDays)),
    retainData: z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]),
    alarmTopicArn: z
      .string()
      .regex(/^(arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+)?$/, 'the ARN of an SNS topic, or nothing')
      .transform((arn) => (arn === '' ? undefined : arn)),
    cognitoEndpoint: z
      .string()
      .refine((text) => text === '' || isExactOrigin(text), 'an endpoint is like https://cognito.example.com')
      .transform((endpoint) => (endpoint === '' ? undefined : endpoint)),
  })
  .refine((settings) => settings.environments.includes(settings.defaultEnvironment), {
    path: ['defaultEnvironment'],
    message: 'the default environment is one of environments',
  });

/**
 * What a deployment can choose, by CDK context. `allowedOrigins` empty means that no browser page of another
 * origin may call the API. `retainData` keeps tables and user pool when the stack is deleted. `cognitoEndpoint` is
 * where the functions fetch the user pool's keys, if not from Cognito's own address in the region.
 */
export type Settings = z.infer<typeof SettingsSchema>;

/** Reads the settings from CDK context, or throws an error that names every wrong one. */
export const readSettings = (contextValue: (name: string) => unknown): Settings => {
  const names = Object.keys(SettingsSchema.shape);
  const parsed = SettingsSchema.safeParse(
    Object.fromEntries(names.map((name) => [name, contextValue(name)])),
  );
  if (!parsed.success) {
    throw new Error(`CDK context (cdk.json, or -c name=value): ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
};
