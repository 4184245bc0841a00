import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ApiMapping, DomainName, SecurityPolicy } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import type { FlagApi } from './flag-api';

export interface ApiDomainProps {
  readonly api: FlagApi;
  readonly domainName: string;
  /** In the region of the stack. */
  readonly certificateArn: string;
}

/** Where a host name has to point for requests to arrive. */
export interface AliasTarget {
  readonly hostName: string;
  readonly zoneId: () => string;
}

/** A host name of your own for the API. */
export class ApiDomain extends Construct {
  readonly target: AliasTarget;

  constructor(scope: Construct, id: string, { api, domainName, certificateArn }: ApiDomainProps) {
    super(scope, id);
    const name = new DomainName(this, 'Name', {
      domainName,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    new ApiMapping(this, 'Mapping', { api: api.httpApi, domainName: name, stage: api.stage.httpStage });
    this.target = { hostName: name.regionalDomainName, zoneId: () => name.regionalHostedZoneId };
  }
}

export interface DomainRecordsProps {
  readonly hostedZoneId: string;
  readonly domainName: string;
  readonly target: AliasTarget;
}

/** The entries of the host name in its Route 53 zone. */
export class DomainRecords extends Construct {
  constructor(scope: Construct, id: string, { hostedZoneId, domainName, target }: DomainRecordsProps) {
    super(scope, id);
    for (const type of ['A', 'AAAA']) {
      new CfnRecordSet(this, type, {
        hostedZoneId,
        name: domainName,
        type,
        aliasTarget: { dnsName: target.hostName, hostedZoneId: target.zoneId() },
      });
    }
  }
}
