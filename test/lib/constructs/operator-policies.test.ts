import { asText, propertiesOf, synthesize } from '../synthesize';

interface PolicyProperties {
  readonly PolicyDocument: {
    readonly Statement: { readonly Effect: string; readonly Action: string; readonly Resource: unknown }[];
  };
}

const template = synthesize();
const policies = propertiesOf<PolicyProperties>(template, 'AWS::IAM::ManagedPolicy');
const api = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:ApiHttpApi';

describe('policies for operators', () => {
  test.each([
    ['OperatorsAdmin', 'every method', `${api}/*/*/signed/api/admin/*`],
    ['OperatorsViewer', 'reading', `${api}/*/GET/signed/api/admin/*`],
  ])('%s allows %s on the admin routes of this API, and nothing else', (id, _, calls) => {
    const [statement, ...others] = policies[id]?.PolicyDocument.Statement ?? [];
    expect(others).toEqual([]);
    expect(statement).toMatchObject({ Effect: 'Allow', Action: 'execute-api:Invoke' });
    expect(asText(statement?.Resource)).toBe(calls);
  });

  test('are the only managed policies', () => {
    expect(Object.keys(policies)).toEqual(['OperatorsAdmin', 'OperatorsViewer']);
  });
});
