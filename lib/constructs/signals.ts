import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { StreamHandler } from '../../functions/stream-handlers';
import type { DeadLetterQueue } from './dead-letter-queue';
import type { FlagApi } from './flag-api';

export interface SignalsProps {
  readonly api: FlagApi;
  readonly streamFunctions: StreamFunctions;
  readonly deadLetterQueue: DeadLetterQueue;
  /** The functions' own metrics, by namespace and the value of their `service` dimension. */
  readonly ownMetrics: { readonly namespace: string; readonly service: string };
}

/** By name; `record-changes` turns stream records into audit rows. */
export type StreamFunctions = Readonly<Record<StreamHandler['name'], LambdaFunction>>;

const period = Duration.minutes(5);

/** The metrics that say how the system is: alarms and dashboard look at the same. */
export class Signals {
  readonly requests: Metric;
  readonly serverErrors: Metric;
  readonly clientErrors: Metric;
  readonly latencyMedian: Metric;
  readonly latencyP99: Metric;
  readonly evaluationErrors: Metric;
  readonly streamAge: Metric;
  readonly deadLetters: Metric;
  readonly throttles: Metric;
  readonly unattributedChanges: Metric;
  readonly staleEvaluations: Metric;
  readonly poisonRecords: Metric;
  readonly corruptFlags: Metric;

  constructor({ api, streamFunctions, deadLetterQueue, ownMetrics }: SignalsProps) {
    const { namespace, service } = ownMetrics;
    const own = (metricName: string, dimensions: Record<string, string> = {}): Metric =>
      new Metric({
        namespace,
        metricName,
        dimensionsMap: { service, ...dimensions },
        period,
        statistic: 'Sum',
      });
    this.requests = api.httpApi.metricCount({ period, statistic: 'Sum' });
    this.serverErrors = api.httpApi.metricServerError({ period, statistic: 'Sum' });
    this.clientErrors = api.httpApi.metricClientError({ period, statistic: 'Sum' });
    this.latencyMedian = api.httpApi.metricLatency({ period, statistic: 'p50' });
    this.latencyP99 = api.httpApi.metricLatency({ period, statistic: 'p99' });
    this.evaluationErrors = own('ServerErrors', { area: 'evaluation' });
    this.streamAge = streamFunctions['record-changes'].metric('IteratorAge', {
      period,
      statistic: 'Maximum',
    });
    this.deadLetters = deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period });
    // without a function's name it is the account's: that is what runs out, and one metric instead of twenty
    this.throttles = new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      period,
      statistic: 'Sum',
    });
    this.unattributedChanges = own('ChangesRecorded', { event: 'change.unattributed' });
    this.staleEvaluations = own('StaleEvaluations');
    this.poisonRecords = own('PoisonRecords');
    this.corruptFlags = own('CorruptFlags');
  }
}
