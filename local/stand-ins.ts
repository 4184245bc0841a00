import type { Stand } from './intrinsics';

export const LOCAL_ACCOUNT = '000000000000';
/** The logical id of the API, without its hash. */
export const API_ID = 'ApiHttpApi';
export const USER_POOL_ID = 'us-east-1_LocalPool1';
/** Tokens name the issuer that the template expects: the pool's address at AWS. */
export const ISSUER_DOMAIN = 'https://cognito-idp.us-east-1.amazonaws.com';
export const LOCAL_ISSUER = `${ISSUER_DOMAIN}/${USER_POOL_ID}`;

const CLIENT_IDS: Readonly<Record<string, string>> = {
  UserPoolClient: 'guidonlocalclient',
  UserPoolMachineClient: 'guidonlocalmachine',
};

/** Names stay the same between two starts: CDK's hash behind a logical id is left out. */
export const plainName = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

interface StandIn {
  readonly ref: (logicalId: string) => string;
  readonly attributes?: readonly string[];
}

const STAND_INS: Readonly<Record<string, StandIn>> = {
  'AWS::Cognito::UserPool': { ref: () => USER_POOL_ID },
  'AWS::Cognito::UserPoolClient': { ref: (id) => CLIENT_IDS[plainName(id)] ?? plainName(id) },
  'AWS::Cognito::UserPoolResourceServer': { ref: () => 'guidon' },
  'AWS::DynamoDB::Table': { ref: plainName, attributes: ['Arn', 'StreamArn'] },
  'AWS::S3::Bucket': { ref: plainName, attributes: ['Arn'] },
  'AWS::Lambda::Function': { ref: (id) => id, attributes: ['Arn'] },
  'AWS::ApiGatewayV2::Api': { ref: plainName },
  'AWS::ApiGatewayV2::Authorizer': { ref: (id) => id },
  'AWS::ApiGatewayV2::Integration': { ref: (id) => id },
};

/** What stands in on a laptop for what AWS would fill in; anything else is an error, not a guess. */
export const standFor = (resources: Readonly<Record<string, { readonly Type: string }>>): Stand => {
  const standIn = (id: string): StandIn | undefined => STAND_INS[resources[id]?.Type ?? ''];
  return {
    ref: (id) => {
      const found = standIn(id);
      if (found === undefined) {
        throw new Error(`Nothing here stands in for { Ref: ${id} } of the template.`);
      }
      return found.ref(id);
    },
    attribute: (id, name) => {
      if (!(standIn(id)?.attributes ?? []).includes(name)) {
        throw new Error(`Nothing here stands in for { Fn::GetAtt: ${id}.${name} } of the template.`);
      }
      // ends with the logical id, so that references can be followed
      return `arn:aws:local:us-east-1:${LOCAL_ACCOUNT}:${id}`;
    },
  };
};
