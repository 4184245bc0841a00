import { routes, signedRoutesOf } from '../../../functions/routes';
import { isAllowed } from '../../../local/operators';
import { asText, propertiesOf, synthesize } from '../synthesize';

interface PolicyProperties {
  readonly PolicyDocument: {
    readonly Statement: { readonly Effect: 'Allow'; readonly Action: string; readonly Resource: unknown }[];
  };
}

const template = synthesize();
const policies = propertiesOf<PolicyProperties>(template, 'AWS::IAM::ManagedPolicy');
const api = 'arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:ApiHttpApi';

const statementsOf = (id: string) =>
  (policies[id]?.PolicyDocument.Statement ?? []).map(({ Effect, Action, Resource }) => ({
    Effect,
    Action: [Action],
    Resource: [Resource].flat().map(asText),
  }));
const mayCall = (id: string, routeKey: string): boolean => {
  const [method, path = ''] = routeKey.replaceAll(/\{\w+\}/g, 'x').split(' ');
  return isAllowed(statementsOf(id), 'execute-api:Invoke', `${api}/$default/${method}${path}`);
};

const rows = routes.flatMap((row) =>
  signedRoutesOf(row).map((routeKey) => ({ routeKey, caller: row.caller })),
);

describe('policies for operators', () => {
  test('are for the admin routes of this API, and nothing else', () => {
    expect(Object.fromEntries(Object.keys(policies).map((id) => [id, statementsOf(id)]))).toEqual({
      OperatorsAdmin: [
        {
          Effect: 'Allow',
          Action: ['execute-api:Invoke'],
          Resource: [`${api}/$default/*/signed/api/admin/*`],
        },
      ],
      OperatorsViewer: [
        {
          Effect: 'Allow',
          Action: ['execute-api:Invoke'],
          Resource: [
            `${api}/$default/GET/signed/api/admin/*`,
            `${api}/$default/POST/signed/api/admin/flags/*/explain`,
          ],
        },
      ],
    });
  });

  test.each(rows)('let an admin call $routeKey', ({ routeKey }) => {
    expect(mayCall('OperatorsAdmin', routeKey)).toBe(true);
  });

  test.each(rows)('let a viewer call $routeKey if it is for a $caller', ({ routeKey, caller }) => {
    expect(mayCall('OperatorsViewer', routeKey)).toBe(caller !== 'admin');
  });

  test('do not take a path for a method', () => {
    expect(
      mayCall('OperatorsViewer', 'DELETE /signed/api/admin/flags/f/users/x/GET/signed/api/admin/y'),
    ).toBe(false);
  });
});
