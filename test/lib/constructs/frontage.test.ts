import { asText, propertiesOf, synthesize, synthesizeFirewall } from '../synthesize';

const domainName = 'flags.example.com';
const hostedZoneId = 'Z0123456789';
const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1b2c';
const regionalCertificateArn = certificateArn.replace('us-east-1', 'eu-west-1');

const outputOf = (template: ReturnType<typeof synthesize>, name: string): string | undefined => {
  const outputs = template.toJSON().Outputs as Record<string, { Value: unknown } | undefined>;
  return outputs[name] && asText(outputs[name].Value);
};

interface Record53 {
  readonly Name: string;
  readonly Type: string;
  readonly AliasTarget: { readonly DNSName: unknown };
}

const recordsOf = (template: ReturnType<typeof synthesize>) =>
  Object.values(propertiesOf<Record53>(template, 'AWS::Route53::RecordSet')).map(
    ({ Name, Type, AliasTarget }) => [Type, Name, asText(AliasTarget.DNSName)],
  );

describe('the address of a deployment', () => {
  test('is that of the API, without a host name, a distribution or a firewall to pay for', () => {
    const template = synthesize();
    expect(outputOf(template, 'ApiUrl')).toBe('ApiHttpApi.ApiEndpoint');
    expect(outputOf(template, 'DomainTarget')).toBeUndefined();
    for (const type of ['AWS::CloudFront::Distribution', 'AWS::ApiGatewayV2::DomainName']) {
      template.resourceCountIs(type, 0);
    }
  });

  test('is a host name of your own, which you point at the API', () => {
    const template = synthesize({ domainName, certificateArn: regionalCertificateArn });
    expect(outputOf(template, 'ApiUrl')).toBe(`https://${domainName}`);
    expect(outputOf(template, 'DomainTarget')).toBe('FrontageDomainName.RegionalDomainName');
    template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: domainName,
      DomainNameConfigurations: [{ CertificateArn: regionalCertificateArn, SecurityPolicy: 'TLS_1_2' }],
    });
    template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    expect(recordsOf(template)).toEqual([]);
  });

  test('is entered in the zone of the host name, if that is given', () => {
    expect(
      recordsOf(synthesize({ domainName, certificateArn: regionalCertificateArn, hostedZoneId })),
    ).toEqual([
      ['A', domainName, 'FrontageDomainName.RegionalDomainName'],
      ['AAAA', domainName, 'FrontageDomainName.RegionalDomainName'],
    ]);
  });

  test('is that of CloudFront behind the firewall, which caches nothing', () => {
    const template = synthesize({ cloudFront: true });
    expect(outputOf(template, 'ApiUrl')).toBe('https://FrontageEdgeDistribution.DomainName');
    const [distribution] = Object.values(
      propertiesOf<{
        DistributionConfig: {
          WebACLId: unknown;
          DefaultCacheBehavior: Record<string, unknown>;
          Logging?: unknown;
        };
      }>(template, 'AWS::CloudFront::Distribution'),
    );
    expect(distribution?.DistributionConfig.WebACLId).toBeDefined();
    expect(distribution?.DistributionConfig.Logging).toBeUndefined();
    expect(distribution?.DistributionConfig.DefaultCacheBehavior).toMatchObject({
      // CachingDisabled and AllViewerExceptHostHeader, as AWS names its own policies
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      ViewerProtocolPolicy: 'https-only',
    });
    template.resourceCountIs('AWS::ApiGatewayV2::DomainName', 0);
  });

  test('is the host name on CloudFront, if both are wanted', () => {
    const template = synthesize({ cloudFront: true, domainName, certificateArn, hostedZoneId });
    expect(outputOf(template, 'ApiUrl')).toBe(`https://${domainName}`);
    template.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: {
        Aliases: [domainName],
        ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
      },
    });
    expect(recordsOf(template)).toEqual([
      ['A', domainName, 'FrontageEdgeDistribution.DomainName'],
      ['AAAA', domainName, 'FrontageEdgeDistribution.DomainName'],
    ]);
  });
});

test('a certificate of another region is refused before anything is created', () => {
  expect(() => synthesize({ domainName, certificateArn })).toThrow(
    'certificateArn is of us-east-1, and the API is in eu-west-1',
  );
});

describe('the firewall', () => {
  const firewall = synthesizeFirewall(500);

  test('limits each address, and lets the bodies of imports through', () => {
    const [acl] = Object.values(
      propertiesOf<{ Scope: string; Rules: { Name: string; Statement: Record<string, any> }[] }>(
        firewall,
        'AWS::WAFv2::WebACL',
      ),
    );
    expect(acl?.Scope).toBe('CLOUDFRONT');
    expect(acl?.Rules.map(({ Name }) => Name)).toEqual([
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesAmazonIpReputationList',
      'RequestsPerAddress',
    ]);
    expect(acl?.Rules[0]?.Statement['ManagedRuleGroupStatement']).toMatchObject({
      RuleActionOverrides: expect.arrayContaining([
        { Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } },
        { Name: 'CrossSiteScripting_BODY', ActionToUse: { Count: {} } },
      ]),
    });
    expect(acl?.Rules[3]?.Statement['RateBasedStatement']).toEqual({ Limit: 500, AggregateKeyType: 'IP' });
  });

  test('logs what it blocked, without tokens and query strings', () => {
    firewall.hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: [
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'cookie' } },
        { QueryString: {} },
      ],
      LoggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [{ Behavior: 'KEEP', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
      },
    });
    firewall.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: 'aws-waf-logs-guidon-test',
      RetentionInDays: 30,
    });
  });
});
