import { callJson, callQuery, callRest, textsOf } from '../support/aws-call';

type Lister = (endpoint: string) => Promise<string[]>;

const namesIn = (items: Record<string, string>[], name: string): string[] =>
  items.map((item) => item[name] ?? '');

/** How each kind of resource of the stack that is more than a part of another one is listed, past CloudFormation. */
const LISTERS = {
  functions: async (endpoint) =>
    namesIn(
      (await callRest(endpoint, 'lambda', '/2015-03-31/functions?MaxItems=1000')).Functions,
      'FunctionName',
    ),
  'event source mappings': async (endpoint) =>
    namesIn(
      (await callRest(endpoint, 'lambda', '/2015-03-31/event-source-mappings')).EventSourceMappings,
      'UUID',
    ),
  tables: async (endpoint) =>
    (await callJson(endpoint, 'dynamodb', 'DynamoDB_20120810.ListTables')).TableNames as string[],
  APIs: async (endpoint) => namesIn((await callRest(endpoint, 'apigateway', '/v2/apis')).items, 'apiId'),
  'user pools': async (endpoint) => {
    const target = 'AWSCognitoIdentityProviderService.ListUserPools';
    return namesIn((await callJson(endpoint, 'cognito-idp', target, { MaxResults: 60 })).UserPools, 'Id');
  },
  queues: async (endpoint) =>
    ((await callJson(endpoint, 'sqs', 'AmazonSQS.ListQueues')).QueueUrls ?? []) as string[],
  'log groups': async (endpoint) => {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await callJson(endpoint, 'logs', 'Logs_20140328.DescribeLogGroups', { nextToken });
      names.push(...namesIn(page.logGroups, 'logGroupName'));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names;
  },
  roles: async (endpoint) =>
    textsOf(
      await callQuery(endpoint, 'iam', { Action: 'ListRoles', Version: '2010-05-08', MaxItems: '1000' }),
      'RoleName',
    ),
  alarms: async (endpoint) => {
    const parameters = { Action: 'DescribeAlarms', Version: '2010-08-01', MaxRecords: '100' };
    return textsOf(await callQuery(endpoint, 'monitoring', parameters), 'AlarmName');
  },
  policies: async (endpoint) => {
    const parameters = { Action: 'ListPolicies', Version: '2010-05-08', Scope: 'Local', MaxItems: '1000' };
    return textsOf(await callQuery(endpoint, 'iam', parameters), 'PolicyName');
  },
  topics: async (endpoint) =>
    textsOf(await callQuery(endpoint, 'sns', { Action: 'ListTopics', Version: '2010-03-31' }), 'TopicArn'),
  dashboards: async (endpoint) => {
    const parameters = { Action: 'ListDashboards', Version: '2010-08-01' };
    return textsOf(await callQuery(endpoint, 'monitoring', parameters), 'DashboardName');
  },
} satisfies Record<string, Lister>;

export type Kind = keyof typeof LISTERS;
export type Inventory = Readonly<Record<Kind, readonly string[]>>;

const kinds = Object.keys(LISTERS) as Kind[];

/** All resources of these kinds, whoever made them. */
export const takeInventory = async (endpoint: string): Promise<Inventory> =>
  Object.fromEntries(
    await Promise.all(kinds.map(async (kind) => [kind, await LISTERS[kind](endpoint)] as const)),
  ) as unknown as Inventory;

/** What is in `after` and not in `before`. */
export const added = (before: Inventory, after: Inventory): Inventory =>
  Object.fromEntries(
    kinds.map((kind) => [kind, after[kind].filter((name) => !before[kind].includes(name))]),
  ) as unknown as Inventory;

/** The kinds of which the stack has none: of these, nothing could be seen to be left behind. */
export const kindsWithout = (inventory: Inventory): Kind[] =>
  kinds.filter((kind) => inventory[kind].length === 0);

export const describeInventory = (inventory: Inventory): string =>
  kinds
    .filter((kind) => inventory[kind].length > 0)
    .map((kind) => `${inventory[kind].length} ${kind}: ${inventory[kind].join(', ')}`)
    .join('\n');
