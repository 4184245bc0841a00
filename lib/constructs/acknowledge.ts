import { Stack, Validations } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference';
import type { IConstruct } from 'constructs';

type Rule = `AwsSolutions-${string}` | `Serverless-${string}`;

/** Accepts what a rule of cdk-nag finds on `scope` and below, with the reason why it is right as it is. */
export const acknowledge = (scope: IConstruct, rule: Rule, reason: string): void => {
  const [pack = ''] = rule.split('-');
  Validations.of(scope).acknowledge({ id: `${pack}::${rule}`, reason });
};

/** The same for one wildcard in what a policy grants: others on it are still found. */
export const acknowledgeWildcard = (scope: IConstruct, resource: string, reason: string): void => {
  const text = flattenCfnReference(Stack.of(scope).resolve(resource));
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${text}]`, reason);
};

/** How many there are, by construct and rule. */
export const countAcknowledgements = (root: IConstruct): number =>
  root.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .reduce((count, { data }) => count + Object.keys(data as object).length, 0);
