import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { FirewallStack } from './firewall-stack';
import { GuidonStack } from './guidon-stack';
import { SettingsError, type Settings } from './settings';

export interface DeploymentProps {
  readonly settings: Settings;
  /** Holds one folder per function with its `index.mjs`. */
  readonly functionsDir: string;
  /** Of the credentials at hand; undefined where there are none. */
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** The stacks of a deployment: Guidon, and its firewall where one is wanted. */
export const addStacks = (
  app: App,
  { settings, functionsDir, account, region }: DeploymentProps,
): GuidonStack => {
  const { stage, cloudFront } = settings;
  if (cloudFront && region === undefined) {
    throw new SettingsError(
      'Settings: cloudFront needs to know the region; set AWS_REGION, or choose a profile that does.',
    );
  }
  const certificateRegion = settings.certificateArn?.split(':')[3];
  if (
    !cloudFront &&
    certificateRegion !== undefined &&
    region !== undefined &&
    certificateRegion !== region
  ) {
    throw new SettingsError(
      `Settings: certificateArn is of ${certificateRegion}, and the API is in ${region}, which needs one of its own.`,
    );
  }
  // not tied to a region unless the firewall needs to know it
  const env = cloudFront ? { account, region } : undefined;
  const firewall = cloudFront
    ? new FirewallStack(app, 'GuidonFirewall', {
        stackName: `Guidon-${stage}-firewall`,
        env: { account, region: 'us-east-1' },
        crossRegionReferences: true,
        stage,
        logRetentionDays: settings.logRetentionDays,
        terminationProtection: settings.retainData,
        requestsPerAddress: settings.firewallRequestsPerAddress,
      })
    : undefined;
  return new GuidonStack(app, 'Guidon', {
    settings,
    functionsDir,
    stackName: `Guidon-${stage}`,
    description: `Guidon, feature flags built around the single user: stage ${stage}`,
    env,
    crossRegionReferences: cloudFront,
    terminationProtection: settings.retainData,
    webAclArn: firewall?.webAclArn,
  });
};

/** A synthesis fails on what these rules find and nobody has acknowledged with a reason. */
export const addChecks = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
};
