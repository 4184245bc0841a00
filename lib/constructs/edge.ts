import { Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  OriginRequestPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import type { AliasTarget } from './api-domain';
import type { FlagApi } from './flag-api';

export interface EdgeProps {
  readonly api: FlagApi;
  readonly webAclArn: string;
  /** @default - only CloudFront's own host name */
  readonly domainName?: string;
  /** In us-east-1; goes with `domainName`. */
  readonly certificateArn?: string;
}

/**
 * CloudFront with the firewall in front of the API. It keeps nothing: answers differ by user, and an old answer is a
 * wrong one.
 */
export class Edge extends Construct {
  readonly url: string;
  readonly target: AliasTarget;

  constructor(scope: Construct, id: string, { api, webAclArn, domainName, certificateArn }: EdgeProps) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    const distribution = new Distribution(this, 'Distribution', {
      webAclId: webAclArn,
      priceClass: PriceClass.PRICE_CLASS_ALL,
      ...(domainName !== undefined &&
        certificateArn !== undefined && {
          domainNames: [domainName],
          certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
          minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        }),
      defaultBehavior: {
        origin: new HttpOrigin(`${api.httpApi.apiId}.execute-api.${region}.${urlSuffix}`),
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // the API answers under its own name only
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
      },
    });
    this.url = `https://${domainName ?? distribution.distributionDomainName}`;
    this.target = {
      hostName: distribution.distributionDomainName,
      zoneId: () => CloudFrontTarget.getHostedZoneId(this),
    };
    acknowledgeFindings(distribution);
  }
}

const acknowledgeFindings = (distribution: Distribution): void => {
  acknowledge(
    distribution,
    'AwsSolutions-CFR1',
    'Where the users of an application live is not for its flags to decide',
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR3',
    'The API and the firewall log what they answer; this log would hold addresses and query strings',
  );
  acknowledge(
    distribution,
    'AwsSolutions-CFR4',
    'Without a host name of your own the certificate, and with it the protocol, is that of CloudFront',
  );
};
