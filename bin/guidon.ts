import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { context } from '../cdk.json';
import { bundleFunctions, describeBundles } from '../lib/bundle-functions';
import { GuidonStack } from '../lib/guidon-stack';
import { readSettings } from './settings';

const root = join(__dirname, '..');
const functionsDir = join(root, 'build', 'functions');

// The CDK command line hands over context and CDK_OUTDIR; run by node alone, cdk.json and cdk.out stand in.
const app = new App({ context, outdir: process.env.CDK_OUTDIR ?? join(root, 'cdk.out') });
const { stage, ...settings } = readSettings((name) => app.node.tryGetContext(name));

console.error(describeBundles(bundleFunctions({ outDir: functionsDir })));

new GuidonStack(app, 'Guidon', { ...settings, stage, stackName: `Guidon-${stage}`, functionsDir });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
