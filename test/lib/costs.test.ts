import type { Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { readMarkdownTable, type MarkdownTable } from '../support/markdown-tables';
import { asText, functionIdOf, propertiesOf, synthesize, synthesizeFirewall } from './synthesize';

const template = synthesize();
const withEverythingFree = synthesize({
  alarmEmail: 'on-call@example.com',
  domainName: 'flags.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/1b2c',
  hostedZoneId: 'Z0123456789',
});

const typesOf = (from: Template): string[] => {
  const { Resources } = from.toJSON() as { Resources: Record<string, { Type: string }> };
  return [...new Set(Object.values(Resources).map(({ Type }) => Type))].sort();
};

const numberIn = (table: MarkdownTable, row: string, column: string): number => {
  const text = table.get(row)?.[column] ?? '';
  if (!/^\d+(\.\d+)?$/.test(text)) {
    throw new Error(`"${row}" has no number in the column "${column}", but "${text}"`);
  }
  return Number(text);
};

const prices = readMarkdownTable('deploy.md', 'price', '$');
const assumptions = readMarkdownTable('deploy.md', 'assumption', 'value');
const price = (name: string): number => numberIn(prices, name, '$');
const assumed = (name: string): number => numberIn(assumptions, name, 'value');

const MILLION = 1_000_000;
const GB = 1_000_000_000;

describe('with nothing happening', () => {
  const free = readMarkdownTable('deploy.md', 'type', 'why it costs nothing while nothing happens');

  test('nothing costs but what the table of types in docs/deploy.md gives a reason for', () => {
    expect(typesOf(template).filter((type) => !free.has(type))).toEqual([]);
    expect(typesOf(withEverythingFree)).toEqual([...free.keys()].sort());
    for (const { 'why it costs nothing while nothing happens': reason } of free.values()) {
      expect(reason).toMatch(/\w/);
    }
  });

  test('CloudFront and its firewall do cost, and so are in no table of what is free', () => {
    const paid = typesOf(synthesize({ cloudFront: true })).filter((type) => !free.has(type));
    expect(paid).toContain('AWS::CloudFront::Distribution');
    expect(typesOf(template)).not.toContain('AWS::CloudFront::Distribution');
  });

  test('alarms and dashboards stay within what CloudWatch gives away in an account', () => {
    const alarms = Object.values(propertiesOf<{ Metrics?: unknown[] }>(template, 'AWS::CloudWatch::Alarm'));
    // an alarm is counted by the metrics it looks at
    expect(alarms.reduce((sum, { Metrics = [0] }) => sum + Metrics.length, 0)).toBeLessThanOrEqual(10);
    const dashboards = Object.values(
      propertiesOf<{ DashboardBody: unknown }>(template, 'AWS::CloudWatch::Dashboard'),
    );
    expect(dashboards.length).toBeLessThanOrEqual(3);
    for (const { DashboardBody } of dashboards) {
      const { widgets } = JSON.parse(asText(DashboardBody)) as {
        widgets: { properties: { metrics?: unknown[] } }[];
      };
      const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.length).toBeLessThanOrEqual(50);
    }
  });

  test('no capacity is held ready, no network is rented, no key and no secret is kept', () => {
    const rented =
      /^AWS::(EC2|ElasticLoadBalancing|KMS|SecretsManager|ElastiCache|RDS|ECS|ApplicationAutoScaling|DAX|Kinesis)/;
    expect(typesOf(withEverythingFree).filter((type) => rented.test(type))).toEqual([]);
    expect(typesOf(withEverythingFree).filter((type) => /Lambda::(Version|Alias)/.test(type))).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toMatch(
      /ProvisionedConcurrency|ProvisionedThroughput|ProvisionedPollerConfig|VpcConfig|SnapStart|WarmThroughput/,
    );
    template.allResourcesProperties('AWS::DynamoDB::Table', { BillingMode: 'PAY_PER_REQUEST' });
  });

  test('every log group forgets, at the age that the deployment says', () => {
    const groups = propertiesOf<{ RetentionInDays?: number }>(
      synthesize({ logRetentionDays: RetentionDays.TWO_WEEKS }),
      'AWS::Logs::LogGroup',
    );
    expect(Object.keys(groups)).toHaveLength(
      Object.keys(propertiesOf(template, 'AWS::Lambda::Function')).length + 1,
    );
    expect(Object.entries(groups).filter(([, { RetentionInDays }]) => RetentionInDays !== 14)).toEqual([]);
  });
});

const memoryGbOf = (name: string): number => {
  const functions = propertiesOf<{ MemorySize: number; Architectures: string[] }>(
    template,
    'AWS::Lambda::Function',
  );
  const found = functions[functionIdOf(name)];
  expect(found?.Architectures).toEqual(['arm64']);
  return (found?.MemorySize ?? NaN) / 1024;
};

/** What running a function so long costs, each of `times` times. */
const lambdaTime = (name: string, ms: number, times: number): number =>
  memoryGbOf(name) * (ms / 1000) * times * price('Lambda time');

const total = (parts: Readonly<Record<string, number>>): Record<string, number> => ({
  ...parts,
  Total: Object.values(parts).reduce((sum, each) => sum + each, 0),
});

const columnOf = (table: MarkdownTable, column: string): Record<string, string> =>
  Object.fromEntries([...table].map(([row, cells]) => [row, cells[column] ?? '']));

const printed = (parts: Readonly<Record<string, number>>, digits: number): Record<string, string> =>
  Object.fromEntries(Object.entries(parts).map(([part, amount]) => [part, amount.toFixed(digits)]));

describe('a million evaluations cost what docs/deploy.md says', () => {
  /** The share of requests that Lambda traces: the first of each second, and some of the others. */
  const tracedShare = (perMonth: number): number => {
    const perSecond = perMonth / assumed('Seconds of a month');
    const first = Math.min(perSecond, assumed('Traced, first'));
    return (first + (perSecond - first) * (assumed('Traced, others') / 100)) / perSecond;
  };

  const logBytes = (): number =>
    assumed('Line of the function') +
    assumed('Line of the gateway') +
    assumed('Lines of Lambda') +
    4 * assumed('Overhead of a line');

  const costs = (perMonth: number): Record<string, number> =>
    total({
      'HTTP API': price('HTTP API'),
      'Lambda requests': price('Lambda requests'),
      'Lambda time':
        lambdaTime('get-config-flags', assumed('Evaluation time'), MILLION) +
        lambdaTime('get-config-flags', assumed('Start time'), MILLION * (assumed('Starts') / 100)),
      'DynamoDB reads': assumed('Reads per evaluation') * price('DynamoDB reads'),
      Logs: ((logBytes() * MILLION) / GB) * price('Logs'),
      Traces: tracedShare(perMonth) * price('Traces'),
      'Data out': ((assumed('Answer') * MILLION) / GB) * price('Data out'),
    });

  test.each([
    ['1 million a month', MILLION],
    ['10 million a month', 10 * MILLION],
    ['100 million a month', 100 * MILLION],
  ])('for %s', (column, perMonth) => {
    const table = readMarkdownTable('deploy.md', 'part', '1 million a month');
    expect(columnOf(table, column)).toEqual(printed(costs(perMonth), 2));
  });

  test('with lines of the gateway that are as long as assumed', () => {
    const [stage] = Object.values(
      propertiesOf<{ AccessLogSettings: { Format: string } }>(template, 'AWS::ApiGatewayV2::Stage'),
    );
    const example: Readonly<Record<string, string>> = {
      requestId: 'Sv7m8hYkoAMEJxA=',
      requestTime: '21/Nov/2026:05:24:39 +0000',
      routeKey: 'GET /api/config/flags',
      status: '200',
      responseLength: '1600',
      responseLatency: '12',
      integrationLatency: '10',
      integrationStatus: '200',
      'error.responseType': '-',
    };
    const format = stage?.AccessLogSettings.Format ?? '';
    const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) => example[name] ?? '');
    expect(line).not.toMatch(/""/);
    expect(assumed('Line of the gateway')).toBeGreaterThanOrEqual(line.length);
    expect(assumed('Line of the gateway')).toBeLessThan(1.3 * line.length);
  });
});

describe('a thousand changes cost what docs/deploy.md says', () => {
  const THOUSAND = 1000;

  const costs = (api: string, writes: string): Record<string, number> =>
    total({
      'HTTP API': (THOUSAND / MILLION) * price('HTTP API'),
      Lambda:
        ((2 * THOUSAND) / MILLION) * price('Lambda requests') +
        lambdaTime(api, assumed('Admin time'), THOUSAND) +
        lambdaTime('record-changes', assumed('Recorder time'), THOUSAND),
      DynamoDB:
        (THOUSAND / MILLION) *
        (assumed(writes) * price('DynamoDB writes') + assumed('Reads per change') * price('DynamoDB reads')),
      Logs: ((assumed('Log of a change') * THOUSAND) / GB) * price('Logs'),
      Traces: ((assumed('Traces of a change') * THOUSAND) / MILLION) * price('Traces'),
    });

  test.each([
    ['flags', 'update-flag', 'Flag change'],
    ['overrides', 'put-user-override', 'Override change'],
  ])('of %s', (column, api, writes) => {
    const table = readMarkdownTable('deploy.md', 'part', 'flags', 'overrides');
    expect(columnOf(table, column)).toEqual(printed(costs(api, writes), 4));
  });
});

describe('a month costs what docs/deploy.md says', () => {
  const countOf = (type: string): number => Object.keys(template.findResources(type)).length;

  const firewall = (): number => {
    const acls = Object.values(
      propertiesOf<{ Rules: unknown[] }>(synthesizeFirewall(10_000), 'AWS::WAFv2::WebACL'),
    );
    return acls.reduce((sum, { Rules }) => sum + price('Web ACL') + Rules.length * price('Web ACL rule'), 0);
  };

  test('with nothing happening', () => {
    const table = readMarkdownTable('deploy.md', 'part', '$ a month');
    const idle = {
      'Stored data and its recovery':
        assumed('Stored') * (price('DynamoDB storage') + price('Point-in-time recovery')),
      'Alarms, while 10 are free': Math.max(0, countOf('AWS::CloudWatch::Alarm') - 10) * price('Alarm'),
      'Dashboard, while 3 are free':
        Math.max(0, countOf('AWS::CloudWatch::Dashboard') - 3) * price('Dashboard'),
    };
    expect(columnOf(table, '$ a month')).toEqual(
      printed(
        {
          ...total(idle),
          'Alarms, nothing free': countOf('AWS::CloudWatch::Alarm') * price('Alarm'),
          'Dashboard, nothing free': countOf('AWS::CloudWatch::Dashboard') * price('Dashboard'),
          'Firewall, with cloudFront': firewall(),
        },
        2,
      ),
    );
  });

  test('for a machine that asks for a token whenever the last one ends', () => {
    const machines = propertiesOf<{
      GenerateSecret?: boolean;
      AccessTokenValidity: number;
      TokenValidityUnits: { AccessToken: string };
    }>(template, 'AWS::Cognito::UserPoolClient');
    const machine = Object.values(machines).find(({ GenerateSecret }) => GenerateSecret === true);
    expect(machine?.TokenValidityUnits.AccessToken).toBe('minutes');
    const requests = assumed('Seconds of a month') / 60 / (machine?.AccessTokenValidity ?? NaN);
    const table = readMarkdownTable('deploy.md', 'machine', 'requests for tokens a month');
    expect(table.get('one that keeps its tokens')).toMatchObject({
      'requests for tokens a month': requests.toFixed(0),
      '$ a month': ((requests / 1000) * price('Machine token')).toFixed(2),
    });
  });
});
