import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { context } from '../cdk.json';
import { bundleFunctions, describeBundles } from '../lib/bundle-functions';
import { countAcknowledgements } from '../lib/constructs/acknowledge';
import { addChecks, addStacks } from '../lib/add-stacks';
import { readSettings, SettingsError } from '../lib/settings';

const root = join(__dirname, '..');
const functionsDir = join(root, 'build', 'functions');

const main = async (): Promise<void> => {
  // The CDK command line hands over context and CDK_OUTDIR; run by node alone, cdk.json and cdk.out stand in.
  const app = new App({ context, outdir: process.env.CDK_OUTDIR ?? join(root, 'cdk.out') });
  const settings = readSettings(app.node.getAllContext() as Record<string, unknown>);
  console.error(describeBundles(await bundleFunctions({ outDir: functionsDir })));
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  addStacks(app, { settings, functionsDir, account, region });
  addChecks(app);
  app.synth();
  console.error(
    `${countAcknowledgements(app)} findings of cdk-nag are acknowledged in the code, with reasons`,
  );
};

main().catch((error: unknown) => {
  // where in the code a wrong setting was found says nothing to people
  console.error(error instanceof SettingsError ? error.message : error);
  process.exitCode = 1;
});
