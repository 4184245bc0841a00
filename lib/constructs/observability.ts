import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  TreatMissingData,
  type IAlarmAction,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { DeadLetterQueue } from './dead-letter-queue';
import type { FlagApi } from './flag-api';

export interface ObservabilityProps {
  readonly api: FlagApi;
  readonly streamFunctions: readonly LambdaFunction[];
  readonly deadLetterQueue: DeadLetterQueue;
  /** The functions' own metrics, by namespace and the value of their `service` dimension. */
  readonly ownMetrics: { readonly namespace: string; readonly service: string };
  /** @default - alarms only show in the console */
  readonly alarmTopicArn?: string;
}

const period = Duration.minutes(5);

/** Metrics of the functions that somebody must act on as soon as there is one. */
const ownAlarms = {
  PoisonRecords: 'A stream record could not be understood and was put aside',
  CorruptFlags: 'A flag was changed past the API so that it cannot be read',
  RulesetStale: 'Evaluation goes on with an older state: the table does not answer',
  OverridesStale: 'Evaluation goes on with older overrides, or without: the table does not answer',
};

/** Alarms for what somebody must act on. */
export class Observability extends Construct {
  private readonly action: IAlarmAction | undefined;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { api, deadLetterQueue, streamFunctions, alarmTopicArn } = props;
    this.action =
      alarmTopicArn === undefined
        ? undefined
        : new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn));

    this.addAlarm('ApiServerErrors', api.httpApi.metricServerError({ period, statistic: 'Sum' }), {
      above: 0,
      meaning: 'The API answered 5xx',
    });
    this.addAlarm('DeadLetters', deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period }), {
      above: 0,
      meaning: 'Stream records were given up: read them again from the stream within 24 hours',
    });
    for (const [metricName, meaning] of Object.entries(ownAlarms)) {
      const { namespace, service } = props.ownMetrics;
      const metric = new Metric({
        namespace,
        metricName,
        dimensionsMap: { service },
        period,
        statistic: 'Sum',
      });
      this.addAlarm(metricName, metric, { above: 0, meaning });
    }
    for (const streamFunction of streamFunctions) {
      const { id: name } = streamFunction.node;
      this.addAlarm(`${name}Errors`, streamFunction.metricErrors({ period }), {
        above: 0,
        meaning: `${name} failed`,
      });
      this.addAlarm(`${name}Lag`, streamFunction.metric('IteratorAge', { period, statistic: 'Maximum' }), {
        above: Duration.seconds(60).toMilliseconds(),
        meaning: `${name} is more than 60 s behind the changes`,
      });
    }
  }

  private addAlarm(
    id: string,
    metric: IMetric,
    { above, meaning }: { readonly above: number; readonly meaning: string },
  ): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: meaning,
    });
    if (this.action !== undefined) {
      alarm.addAlarmAction(this.action);
    }
  }
}
