import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { callQuery, textsOf } from '../support/aws-call';
import { run } from './process-groups';

const root = join(__dirname, '..', '..');
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const COMMAND_WITHIN_MS = 180_000;
const DELETE_WITHIN_MS = 60_000;

const STAGE = 'dev';
const STACK_NAME = `Guidon-${STAGE}` as const;

const OutputsSchema = z.object({
  [STACK_NAME]: z.object({
    ApiUrl: z.string(),
    UserPoolId: z.string(),
    UserPoolClientId: z.string(),
    MachineClientId: z.string(),
  }),
});
export type Outputs = z.infer<typeof OutputsSchema>[typeof STACK_NAME];

const TemplateSchema = z.object({
  Resources: z.record(z.string(), z.object({ DeletionPolicy: z.string().optional() })),
});

/**
 * What the CDK command line sees: of AWS the emulator only. No variable, profile or credential of whoever runs this
 * comes along, so nothing can reach an account of theirs.
 */
const environmentFor = (endpoint: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|GUIDON)_/.test(name))),
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  NO_PROXY: [process.env['NO_PROXY'], '127.0.0.1'].filter(Boolean).join(','),
});

/** The CDK command line on one emulator; what the commands print goes to files of `folder`. */
export const cdkOn = (endpoint: string, folder: string) => {
  const cdk = async (name: string, parameters: readonly string[]): Promise<string> => {
    const logFile = join(folder, `${name}.log`);
    await run('npx', ['cdk', ...parameters], {
      doing: `cdk ${name}`,
      env: environmentFor(endpoint),
      cwd: root,
      logFile,
      withinMs: COMMAND_WITHIN_MS,
    });
    return readFileSync(logFile, 'utf8');
  };
  const context = { stage: STAGE, retainData: 'false', cognitoEndpoint: endpoint };
  const assembly = join(folder, 'assembly');
  const ofApp = [
    ...Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ...['--output', assembly],
  ];
  const outputsFile = join(folder, 'outputs.json');
  const deploy = ['deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...ofApp];
  return {
    // it needs no app, and would bundle ours for nothing
    bootstrap: () => cdk('bootstrap', ['bootstrap', `aws://${ACCOUNT}/${REGION}`, '--app', '']),
    deploy: async (): Promise<Outputs> => {
      await cdk('deploy', deploy);
      return OutputsSchema.parse(JSON.parse(readFileSync(outputsFile, 'utf8')))[STACK_NAME];
    },
    deployAgain: () => cdk('deploy-again', deploy),
    diff: () => cdk('diff', ['diff', '--fail', ...ofApp]),
    /** Resources that would outlive the stack on AWS: the emulator deletes them all the same. */
    retained: (): string[] => {
      const template = readFileSync(join(assembly, 'Guidon.template.json'), 'utf8');
      return Object.entries(TemplateSchema.parse(JSON.parse(template)).Resources)
        .filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete')
        .map(([id]) => id);
    },
  };
};

const VERSION = '2010-05-15';

/** When CloudFormation last changed the stack, and to what state. */
export const describeStack = async (endpoint: string): Promise<{ status: string; changedAt: string }> => {
  const parameters = { Action: 'DescribeStacks', Version: VERSION, StackName: STACK_NAME };
  const xml = await callQuery(endpoint, 'cloudformation', parameters);
  const [status = ''] = textsOf(xml, 'StackStatus');
  const [changedAt = ''] = textsOf(xml, 'LastUpdatedTime');
  return { status, changedAt };
};

const isGone = (endpoint: string): Promise<boolean> =>
  describeStack(endpoint).then(
    ({ status }) => {
      if (status === 'DELETE_FAILED') {
        throw new Error('CloudFormation could not delete the stack');
      }
      return status === 'DELETE_COMPLETE';
    },
    (error: unknown) => {
      if (error instanceof Error && error.message.includes('does not exist')) {
        return true;
      }
      throw error;
    },
  );

/** Deletes the stack by its name: the emulator does not hear `cdk destroy`, which names the ARN. */
export const deleteStack = async (endpoint: string): Promise<void> => {
  await callQuery(endpoint, 'cloudformation', {
    Action: 'DeleteStack',
    Version: VERSION,
    StackName: STACK_NAME,
  });
  const until = Date.now() + DELETE_WITHIN_MS;
  while (!(await isGone(endpoint))) {
    if (Date.now() > until) {
      throw new Error(`the stack was not deleted within ${DELETE_WITHIN_MS / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};
