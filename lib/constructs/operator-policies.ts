import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { routes, signedRoutesOf } from '../../functions/routes';
import { SIGNED_PREFIX } from '../../shared/http/signed-caller';
import { acknowledgeWildcard } from './acknowledge';
import type { FlagApi } from './flag-api';

export interface OperatorPoliciesProps {
  readonly api: FlagApi;
}

type Calls = readonly [method: string, path: string];

const AREA = `${SIGNED_PREFIX}/api/admin/*`;

/** What viewers read by another method than GET, because it takes a body. */
const otherReads = (): Calls[] =>
  routes
    .filter(({ caller }) => caller === 'viewer')
    .flatMap(signedRoutesOf)
    .map((routeKey) => routeKey.split(' '))
    .filter(([method]) => method !== 'GET')
    .map(([method = '', path = '']) => [method, path.replaceAll(/\{\w+\}/g, '*')]);

/** For people and jobs with AWS credentials: attach one to a role, and it may call the admin routes, signed. */
export class OperatorPolicies extends Construct {
  readonly adminPolicyArn: string;
  readonly viewerPolicyArn: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OperatorPoliciesProps,
  ) {
    super(scope, id);
    this.adminPolicyArn = this.addPolicy('Admin', 'Reads and changes flags', [['*', AREA]]);
    this.viewerPolicyArn = this.addPolicy('Viewer', 'Reads flags', [['GET', AREA], ...otherReads()]);
  }

  private addPolicy(id: string, description: string, calls: readonly Calls[]): string {
    const resources = calls.map(([method, path]) => this.props.api.arnOfCalls(method, path));
    const policy = new ManagedPolicy(this, id, {
      description,
      statements: [new PolicyStatement({ actions: ['execute-api:Invoke'], resources })],
    });
    for (const resource of resources) {
      acknowledgeWildcard(
        policy,
        resource,
        'Admin routes of this one API, those of later versions among them',
      );
    }
    return policy.managedPolicyArn;
  }
}
