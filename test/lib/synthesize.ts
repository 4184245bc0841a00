import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import { context } from '../../cdk.json';
import { routes } from '../../functions/routes';
import { streamHandlers } from '../../functions/stream-handlers';
import { addChecks, addStacks } from '../../lib/add-stacks';
import { FirewallStack } from '../../lib/firewall-stack';
import { readSettings, type Settings } from '../../lib/settings';

export const functionNames = [...routes, ...streamHandlers].map(({ name }) => name);

interface SynthesizeOptions {
  /** Checks the template as a deployment does, and throws on a finding; takes two seconds. */
  readonly checked: boolean;
}

/** The CDK notes for each construct where in the code it was made, which takes a third of the time. */
const withoutTraces = <Result>(work: () => Result): Result => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

/** An app that nobody deploys: copies of all bundles would take most of the time. */
const appIn = (outdir: string, checked: boolean): App =>
  new App({
    context: { ...context, [DISABLE_ASSET_STAGING_CONTEXT]: true },
    outdir,
    builtinCloudFormationValidation: checked,
    treeMetadata: false,
  });

const inFolder = (make: (dir: string) => Stack): Template => {
  const dir = mkdtempSync(join(tmpdir(), 'guidon-synth-'));
  try {
    return withoutTraces(() => Template.fromStack(make(dir)));
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/** The template of a deployment, with stubs for bundles. */
export const synthesize = (
  overrides: Partial<Settings> = {},
  { checked }: SynthesizeOptions = { checked: false },
): Template =>
  inFolder((dir) => {
    const functionsDir = join(dir, 'functions');
    for (const name of functionNames) {
      mkdirSync(join(functionsDir, name), { recursive: true });
      writeFileSync(join(functionsDir, name, 'index.mjs'), `export const handler = async () => '${name}';`);
    }
    const app = appIn(join(dir, 'cdk.out'), checked);
    const settings = readSettings({
      stages: { test: {} },
      stage: 'test',
      environments: ['development', 'production'],
      allowedOrigins: ['https://app.example.com'],
      ...overrides,
    });
    const stack = addStacks(app, { settings, functionsDir, account: '123456789012', region: 'eu-west-1' });
    if (checked) {
      addChecks(app);
    }
    return stack;
  });

/** The template of the firewall alone. */
export const synthesizeFirewall = (requestsPerAddress: number): Template =>
  inFolder(
    (dir) =>
      new FirewallStack(appIn(dir, false), 'Firewall', {
        stage: 'test',
        logRetentionDays: RetentionDays.ONE_MONTH,
        requestsPerAddress,
      }),
  );

/** `Properties` of all resources of one type, by logical id without its hash. */
export const propertiesOf = <Properties>(template: Template, type: string): Record<string, Properties> =>
  Object.fromEntries(
    Object.entries(template.findResources(type)).map(([id, resource]) => [
      withoutHash(id),
      (resource as { Properties: Properties }).Properties,
    ]),
  );

const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** A value of the template as text: `FlagTable.Arn/index/GSI1`, `UserPool`, `<AWS::Region>`. */
export const asText = (value: unknown): string => {
  if (typeof value === 'string') {
    return value;
  }
  const intrinsic = value as {
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
  };
  if (intrinsic.Ref !== undefined) {
    return intrinsic.Ref.startsWith('AWS::') ? `<${intrinsic.Ref}>` : withoutHash(intrinsic.Ref);
  }
  if (intrinsic['Fn::GetAtt'] !== undefined) {
    const [id, attribute] = intrinsic['Fn::GetAtt'];
    return `${withoutHash(id)}.${attribute}`;
  }
  if (intrinsic['Fn::Join'] !== undefined) {
    const [separator, parts] = intrinsic['Fn::Join'];
    return parts.map(asText).join(separator);
  }
  return JSON.stringify(value);
};

/** The logical id, without its hash, of the function of that name. */
export const functionIdOf = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
