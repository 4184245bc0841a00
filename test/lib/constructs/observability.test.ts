import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asText, propertiesOf, synthesize } from '../synthesize';

interface AlarmProperties {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
  readonly TreatMissingData: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: unknown[];
  readonly OKActions?: unknown[];
}

const template = synthesize();
const alarms = propertiesOf<AlarmProperties>(template, 'AWS::CloudWatch::Alarm');
const named = Object.entries(alarms).map(([id, alarm]) => ({
  name: id.replace(/^ObservabilityAlarms/, ''),
  alarm,
}));

const seen = ({ Namespace, MetricName, Dimensions = [], Threshold, ...alarm }: AlarmProperties) => ({
  metric: `${Namespace} ${MetricName}`,
  of: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, asText(Value)])),
  statistic: alarm.Statistic ?? alarm.ExtendedStatistic,
  above: Threshold,
});

const service = 'guidon-test';

describe('alarms', () => {
  test('watch what somebody would act on', () => {
    expect(Object.fromEntries(named.map(({ name, alarm }) => [name, seen(alarm)]))).toEqual({
      EvaluationErrors: {
        metric: 'Guidon ServerErrors',
        of: { service, area: 'evaluation' },
        statistic: 'Sum',
        above: 0,
      },
      ServerErrors: {
        metric: 'AWS/ApiGateway 5xx',
        of: { ApiId: 'ApiHttpApi' },
        statistic: 'Sum',
        above: 0,
      },
      SlowAnswers: {
        metric: 'AWS/ApiGateway Latency',
        of: { ApiId: 'ApiHttpApi' },
        statistic: 'p99',
        above: 1000,
      },
      StreamAge: {
        metric: 'AWS/Lambda IteratorAge',
        of: { FunctionName: 'RecordChanges' },
        statistic: 'Maximum',
        above: 60_000,
      },
      DeadLetters: {
        metric: 'AWS/SQS ApproximateNumberOfMessagesVisible',
        of: { QueueName: 'DeadLetterQueue.QueueName' },
        statistic: 'Maximum',
        above: 0,
      },
      PoisonRecords: { metric: 'Guidon PoisonRecords', of: { service }, statistic: 'Sum', above: 0 },
      Throttles: { metric: 'AWS/Lambda Throttles', of: {}, statistic: 'Sum', above: 0 },
      UnattributedChanges: {
        metric: 'Guidon ChangesRecorded',
        of: { service, event: 'change.unattributed' },
        statistic: 'Sum',
        above: 0,
      },
      StaleEvaluations: { metric: 'Guidon StaleEvaluations', of: { service }, statistic: 'Sum', above: 0 },
      CorruptFlags: { metric: 'Guidon CorruptFlags', of: { service }, statistic: 'Sum', above: 0 },
    });
  });

  test.each(named)('$name tells the topic when it begins and when it is over', ({ alarm }) => {
    expect(alarm.AlarmActions?.map(asText)).toEqual(['ObservabilityAlarmTopic']);
    expect(alarm.OKActions?.map(asText)).toEqual(['ObservabilityAlarmTopic']);
    expect(alarm).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      // nothing happens at night
      TreatMissingData: 'notBreaching',
    });
  });

  test.each(named)('$name has a paragraph in the runbook, which it names', ({ name, alarm }) => {
    const runbook = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'operations.md'), 'utf8');
    expect(alarm.AlarmDescription).toContain(`docs/operations.md#${name.toLowerCase()}`);
    expect(runbook).toMatch(new RegExp(`^### ${name}\\n\\n\\S`, 'm'));
  });

  test('may be published to the topic by CloudWatch, of this account alone', () => {
    const [policy] = Object.values(
      propertiesOf<{ PolicyDocument: { Statement: any[] }; Topics: unknown[] }>(
        template,
        'AWS::SNS::TopicPolicy',
      ),
    );
    expect(policy?.Topics.map(asText)).toEqual(['ObservabilityAlarmTopic']);
    const allowed = policy?.PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow') ?? [];
    expect(allowed).toMatchObject([
      { Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish' },
    ]);
    expect(asText(allowed[0].Resource)).toBe('ObservabilityAlarmTopic');
    expect(asText(allowed[0].Condition.StringEquals['aws:SourceAccount'])).toBe('<AWS::AccountId>');
  });

  test('are mailed to whoever the deployment names', () => {
    const subscriptions = (from: typeof template) =>
      Object.values(propertiesOf<{ Protocol: string; Endpoint: string }>(from, 'AWS::SNS::Subscription'));
    expect(subscriptions(template)).toEqual([]);
    expect(subscriptions(synthesize({ alarmEmail: 'on-call@example.com' }))).toMatchObject([
      { Protocol: 'email', Endpoint: 'on-call@example.com' },
    ]);
  });
});

describe('the dashboard', () => {
  const [dashboard] = Object.values(
    propertiesOf<{ DashboardBody: unknown }>(template, 'AWS::CloudWatch::Dashboard'),
  );
  const body = JSON.parse(asText(dashboard?.DashboardBody)) as { widgets: { properties: object }[] };

  test('shows all alarms first', () => {
    expect((body.widgets[0]?.properties as { alarms: string[] }).alarms).toHaveLength(named.length);
  });

  test('shows the latency of evaluation, errors, the age of the stream, throttles and the table', () => {
    const text = JSON.stringify(body);
    for (const metric of ['Duration', 'Latency', '5xx', 'IteratorAge', 'Throttles', 'StaleEvaluations']) {
      expect(text).toContain(`"${metric}"`);
    }
    expect(text).toContain('"ConsumedReadCapacityUnits"');
  });
});
