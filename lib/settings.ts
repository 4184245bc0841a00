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

/** `-c name=` is a setting that is not set. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional());

const choice = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })], {
  error: 'true or false',
});

const wholeNumber = (from: number, to: number) => {
  const error = `a whole number from ${from} to ${to}`;
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value),
    z.number({ error }).int({ error }).min(from, { error }).max(to, { error }),
  );
};

const StageSchema = z
  .string({ error: 'which deployment this is, for example -c stage=prod' })
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'a stage is 1 to 20 lower-case letters, digits or "-"')
  .refine(
    (stage) => !/aws|amazon|cognito/.test(stage),
    'Cognito refuses "aws", "amazon" and "cognito" in names',
  )
  .refine((stage) => !stage.endsWith('-'), 'a stage does not end with "-"');

const EnvironmentNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'an environment is 1 to 32 lower-case letters, digits or "-"');

const isLocal = (url: URL): boolean => url.hostname === 'localhost' || url.hostname === '127.0.0.1';

const isOrigin = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.origin === text && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url)));
};

const isCognito = (text: string): boolean =>
  isOrigin(text) && (isLocal(new URL(text)) || /\.amazonaws\.com(\.cn)?$/.test(new URL(text).hostname));

const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

const ClaimSchema = z.string().regex(/^[\x21-\x7e]{1,128}$/, 'the name of a claim, as custom:userType');

const shape = {
  /** Names this deployment, its stack and its metrics; chooses the defaults below `stages` in cdk.json. */
  stage: StageSchema,
  /** The environments of the data. */
  environments: z
    .preprocess(
      fromText,
      z
        .array(EnvironmentNameSchema)
        .min(1, 'at least one environment')
        .max(20, 'at most 20 environments')
        .refine((names) => new Set(names).size === names.length, 'an environment is listed once'),
    )
    .default(['development', 'staging', 'production']),
  /** The environment of requests that name none. */
  defaultEnvironment: z.string().default('production'),
  /** `sub`: user ids are UUIDs as Cognito makes them; `any`: 1 to 128 letters, digits, `._@:+=-`. */
  userIdFormat: UserIdFormatSchema.default('sub'),
  /** The claim with the groups that flags are targeted by; `admin` and `viewer` always go by `cognito:groups`. */
  groupsClaim: ClaimSchema.default('cognito:groups'),
  /** The claim of ID tokens with the user type. */
  userTypeClaim: ClaimSchema.default('custom:userType'),
  /** The claim of ID tokens with the subscription tier. */
  subscriptionClaim: ClaimSchema.default('custom:subscription'),
  /** Origins whose pages may call the API; none means no cross-origin call at all. */
  allowedOrigins: z
    .preprocess(
      fromText,
      z.array(
        z.string().refine(isOrigin, 'an origin is like https://app.example.com, without a path or "*"'),
      ),
    )
    .default([]),
  /** Override changes that a flag takes in any 60 minutes. */
  overrideChangesPerHour: wholeNumber(1, 1_000).default(100),
  /** Requests per second that the gateway lets through to each route of evaluation, twice as many in a burst. */
  evaluationRequestsPerSecond: wholeNumber(1, 10_000).default(1_000),
  /** The same for each other route. */
  adminRequestsPerSecond: wholeNumber(1, 10_000).default(100),
  /** Concurrent executions kept for each evaluation function; they count against the account's limit. */
  evaluationReservedConcurrency: optional(wholeNumber(1, 1_000)),
  /** How long CloudWatch keeps logs. */
  logRetentionDays: wholeNumber(1, 3_653)
    .pipe(z.enum(RetentionDays, { error: 'a number of days that CloudWatch Logs offers, as 30 or 365' }))
    .default(RetentionDays.ONE_MONTH),
  /** Protect tables and user pool from deletion, and keep them when the stack is deleted. */
  retainData: choice.default(true),
  /** Who is told of alarms. */
  alarmEmail: optional(z.email('an e-mail address')),
  /** Host name of your own for the API; needs `certificateArn`. */
  domainName: optional(z.string().regex(HOST_NAME, 'a host name, as flags.example.com')),
  /** Certificate for `domainName` in Certificate Manager: in the stack's region, behind CloudFront in us-east-1. */
  certificateArn: optional(
    z.string().regex(/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate'),
  ),
  /** Route 53 zone in which `domainName` is entered; without it you enter it yourself. */
  hostedZoneId: optional(z.string().regex(/^Z[A-Z0-9]{4,31}$/, 'the id of a Route 53 zone')),
  /** Requests of one address in five minutes that the firewall lets through. */
  firewallRequestsPerAddress: wholeNumber(10, 2_000_000_000).default(10_000),
  /** Put a CloudFront distribution with a web application firewall in front; both cost by the month. */
  cloudFront: choice.default(false),
  /**
   * Where Cognito answers, if not at its address in the stack's region: the functions trust the keys they find there.
   */
  cognitoEndpoint: optional(
    z.string().refine(isCognito, 'an address of AWS, like https://cognito-idp.eu-west-1.amazonaws.com'),
  ),
};

const SettingsSchema = z
  .strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys'
        ? `there is no setting ${keys.join(', ')}; there are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
  .refine((settings) => settings.environments.includes(settings.defaultEnvironment), {
    path: ['defaultEnvironment'],
    message: 'the default environment is one of environments',
  })
  .refine(({ domainName, certificateArn }) => (domainName === undefined) === (certificateArn === undefined), {
    path: ['certificateArn'],
    message: 'domainName and certificateArn go together',
  })
  .refine(({ cognitoEndpoint, retainData }) => !retainData || !cognitoEndpoint?.startsWith('http:'), {
    path: ['cognitoEndpoint'],
    message: 'an emulator is for deployments without retainData',
  })
  .refine(({ domainName, hostedZoneId }) => domainName !== undefined || hostedZoneId === undefined, {
    path: ['hostedZoneId'],
    message: 'a zone is only for domainName',
  })
  .refine(
    ({ cloudFront, certificateArn }) =>
      !cloudFront || (certificateArn ?? ':us-east-1:').includes(':us-east-1:'),
    { path: ['certificateArn'], message: 'CloudFront takes a certificate of us-east-1 only' },
  );

/** Every setting there is; docs/deploy.md has a line for each. */
export const settingNames: readonly string[] = Object.keys(shape);

/** What a deployment can choose, by CDK context. */
export type Settings = z.infer<typeof SettingsSchema>;

/** Context of the CDK itself, of plugins and of look-ups has one of these in its names. */
const OF_OTHERS = /[@:/-]/;

/** What is wrong with the settings, in words for people. */
export class SettingsError extends Error {}

/** `retain-data` is meant to be a setting, whatever else has dashes. */
const isAlmostASetting = (name: string): boolean =>
  settingNames.some((each) => each.toLowerCase() === name.replaceAll(/[-_]/g, '').toLowerCase());

const fail = (what: string): never => {
  throw new SettingsError(`Settings (context in cdk.json, or -c name=value): ${what}`);
};

const sentence = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;

const stageSettings = (stages: unknown, stage: unknown): Record<string, unknown> => {
  const known = (stages ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const found = Object.hasOwn(known, String(stage)) ? known[String(stage)] : undefined;
  if (typeof stage === 'string' && found === undefined) {
    fail(`there is no stage "${stage}" in "stages" of cdk.json, which has ${Object.keys(known).join(', ')}`);
  }
  return found ?? {};
};

/**
 * The settings of the deployment that `context` names: `-c name=value` before those of its stage in cdk.json before
 * the defaults. Throws an error that names every wrong, missing or unknown one.
 */
export const readSettings = (context: Readonly<Record<string, unknown>>): Settings => {
  const { stages, ...given } = context;
  const misspelt = Object.keys(given).filter((name) => OF_OTHERS.test(name) && isAlmostASetting(name));
  if (misspelt.length > 0) {
    fail(`there is no setting ${misspelt.join(', ')}; settings are written like retainData`);
  }
  const ours = Object.entries(given).filter(([name]) => !OF_OTHERS.test(name));
  const parsed = SettingsSchema.safeParse({
    ...stageSettings(stages, given['stage']),
    ...Object.fromEntries(ours),
  });
  return parsed.success ? parsed.data : fail(parsed.error.issues.map(sentence).join('; '));
};
