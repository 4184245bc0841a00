import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Alarms } from './alarms';
import type { FlagTable } from './flag-table';
import type { Signals, StreamFunctions } from './signals';

export interface FlagDashboardProps {
  readonly signals: Signals;
  readonly alarms: Alarms;
  readonly flagTable: FlagTable;
  readonly evaluationFunctions: readonly LambdaFunction[];
  readonly streamFunctions: StreamFunctions;
}

const WIDTH = 24;
const period = Duration.minutes(5);

const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left, right, width: WIDTH / 3, height: 6, leftYAxis: { min: 0 } });

const perFunction = (
  functions: readonly LambdaFunction[],
  metricOf: (each: LambdaFunction) => IMetric & { with(options: { label: string }): IMetric },
): IMetric[] => functions.map((each) => metricOf(each).with({ label: each.node.id }));

/** One page for whoever has been woken up: what callers see, who is slow, what lags behind. */
export class FlagDashboard extends Dashboard {
  constructor(scope: Construct, id: string, props: FlagDashboardProps) {
    super(scope, id, { widgets: rowsOf(props), defaultInterval: Duration.hours(3) });
  }
}

const rowsOf = (props: FlagDashboardProps): IWidget[][] => {
  const { signals, alarms, flagTable, evaluationFunctions, streamFunctions } = props;
  return [
    [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms.all], width: WIDTH, height: 3 })],
    [
      graph('Requests', [signals.requests], [signals.clientErrors, signals.serverErrors]),
      graph('Latency of the API', [signals.latencyMedian, signals.latencyP99]),
      graph('Failed and stale evaluations', [signals.evaluationErrors, signals.staleEvaluations]),
    ],
    [
      graph(
        'Duration of evaluation, p99',
        perFunction(evaluationFunctions, (each) => each.metricDuration({ period, statistic: 'p99' })),
      ),
      graph(
        'Evaluations at once',
        perFunction(evaluationFunctions, (each) =>
          each.metric('ConcurrentExecutions', { period, statistic: 'Maximum' }),
        ),
        [signals.throttles],
      ),
      graph(
        'FlagTable, consumed capacity',
        [flagTable.metricConsumedReadCapacityUnits({ period })],
        [flagTable.metricConsumedWriteCapacityUnits({ period })],
      ),
    ],
    [
      graph(
        'Age of stream records',
        perFunction(Object.values(streamFunctions), (each) =>
          each.metric('IteratorAge', { period, statistic: 'Maximum' }),
        ),
      ),
      graph('Dead letters and poison records', [signals.deadLetters, signals.poisonRecords]),
      graph('Changes past the API', [signals.unattributedChanges, signals.corruptFlags]),
    ],
  ];
};
