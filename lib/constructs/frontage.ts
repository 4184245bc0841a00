import { Construct } from 'constructs';
import type { Settings } from '../settings';
import { ApiDomain, DomainRecords, type AliasTarget } from './api-domain';
import { Edge } from './edge';
import type { FlagApi } from './flag-api';

export interface FrontageProps {
  readonly api: FlagApi;
  readonly settings: Pick<Settings, 'domainName' | 'certificateArn' | 'hostedZoneId' | 'cloudFront'>;
  /** Goes with `settings.cloudFront`. */
  readonly webAclArn: string | undefined;
}

/** The address that callers use: the API's own, a host name of yours, CloudFront's, or your host name on CloudFront. */
export class Frontage extends Construct {
  readonly url: string;
  /** Where `domainName` has to point, if there is one. */
  readonly target: AliasTarget | undefined;

  constructor(scope: Construct, id: string, props: FrontageProps) {
    super(scope, id);
    const { domainName, hostedZoneId } = props.settings;
    const { url, target } = this.addFront(props);
    this.url = url;
    this.target = domainName === undefined ? undefined : target;
    if (this.target !== undefined && domainName !== undefined && hostedZoneId !== undefined) {
      new DomainRecords(this, 'Records', { hostedZoneId, domainName, target: this.target });
    }
  }

  private addFront({ api, settings, webAclArn }: FrontageProps): {
    url: string;
    target: AliasTarget | undefined;
  } {
    const { domainName, certificateArn } = settings;
    if (webAclArn !== undefined) {
      return new Edge(this, 'Edge', { api, webAclArn, domainName, certificateArn });
    }
    if (domainName !== undefined && certificateArn !== undefined) {
      const { target } = new ApiDomain(this, 'Domain', { api, domainName, certificateArn });
      return { url: `https://${domainName}`, target };
    }
    return { url: api.url, target: undefined };
  }
}
