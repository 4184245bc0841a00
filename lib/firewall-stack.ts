import { ArnFormat, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

export interface FirewallStackProps extends StackProps {
  readonly stage: string;
  readonly logRetentionDays: RetentionDays;
  /** In five minutes. Many users may share an address, and each page asks for its flags. */
  readonly requestsPerAddress: number;
}

/**
 * Rules of the managed group that would refuse what Guidon takes: values of flags may hold markup, paths and addresses,
 * and an import part has 4 MB where the group stops at 8 KiB.
 */
const tooStrict = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
];

/** A firewall for CloudFront. AWS wants it in us-east-1, whatever the region of the API. */
export class FirewallStack extends Stack {
  readonly webAclArn: string;

  constructor(scope: Construct, id: string, props: FirewallStackProps) {
    super(scope, id, props);
    const { requestsPerAddress } = props;
    const acl = new CfnWebACL(this, 'WebAcl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('Guidon'),
      rules: [
        managed(0, 'AWSManagedRulesCommonRuleSet', tooStrict),
        managed(1, 'AWSManagedRulesKnownBadInputsRuleSet'),
        managed(2, 'AWSManagedRulesAmazonIpReputationList'),
        {
          name: 'RequestsPerAddress',
          priority: 3,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: { rateBasedStatement: { limit: requestsPerAddress, aggregateKeyType: 'IP' } },
          visibilityConfig: visible('RequestsPerAddress'),
        },
      ],
    });
    this.webAclArn = acl.attrArn;
    this.logBlocked(acl, props);
  }

  /** What was blocked never reaches the access log of the API. */
  private logBlocked(acl: CfnWebACL, { stage, logRetentionDays }: FirewallStackProps): void {
    const logGroup = new LogGroup(this, 'Blocked', {
      // the firewall writes to no other names
      logGroupName: `aws-waf-logs-guidon-${stage}`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        this.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
        { queryString: {} },
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
    });
  }
}

const visible = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  // a sample shows headers, and so tokens, to everybody who may look at the firewall
  sampledRequestsEnabled: false,
});

const managed = (
  priority: number,
  name: string,
  counted: readonly string[] = [],
): CfnWebACL.RuleProperty => ({
  name,
  priority,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
  visibilityConfig: visible(name),
});
