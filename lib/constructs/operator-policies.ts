import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { SIGNED_PREFIX } from '../../shared/http/signed-caller';
import { acknowledgeWildcard } from './acknowledge';
import type { FlagApi } from './flag-api';

export interface OperatorPoliciesProps {
  readonly api: FlagApi;
}

const area = `${SIGNED_PREFIX}/api/admin/*`;

/** For people and jobs with AWS credentials: attach one to a role, and it may call the admin routes, signed. */
export class OperatorPolicies extends Construct {
  readonly adminPolicyArn: string;
  readonly viewerPolicyArn: string;

  constructor(scope: Construct, id: string, { api }: OperatorPoliciesProps) {
    super(scope, id);
    this.adminPolicyArn = this.addPolicy('Admin', 'Reads and changes flags', api.arnOfCalls('*', area));
    this.viewerPolicyArn = this.addPolicy('Viewer', 'Reads flags', api.arnOfCalls('GET', area));
  }

  private addPolicy(id: string, description: string, calls: string): string {
    const policy = new ManagedPolicy(this, id, {
      description,
      statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [calls] })],
    });
    acknowledgeWildcard(
      policy,
      calls,
      'All admin routes of this one API, those of later versions among them',
    );
    return policy.managedPolicyArn;
  }
}
