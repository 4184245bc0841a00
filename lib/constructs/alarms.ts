import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic';
import type { Signals } from './signals';

export interface AlarmsProps {
  readonly signals: Signals;
  readonly topic: AlarmTopic;
}

interface Condition {
  readonly metric: Metric;
  /** What the value has to exceed. */
  readonly above: number;
  /** For how many periods of five minutes. */
  readonly periods?: number;
  readonly meaning: string;
}

/** Each has a paragraph of its own in docs/operations.md. CloudWatch charges for more than ten. */
const conditions = (signals: Signals): Readonly<Record<string, Condition>> => ({
  EvaluationErrors: {
    metric: signals.evaluationErrors,
    above: 0,
    meaning: 'Requests for flags were answered with 5xx',
  },
  ServerErrors: { metric: signals.serverErrors, above: 0, meaning: 'The API answered 5xx' },
  SlowAnswers: {
    metric: signals.latencyP99,
    above: Duration.seconds(1).toMilliseconds(),
    periods: 3,
    meaning: 'One answer in a hundred takes more than a second, for a quarter of an hour',
  },
  StreamAge: {
    metric: signals.streamAge,
    above: Duration.seconds(60).toMilliseconds(),
    meaning: 'The audit log is more than 60 s behind the changes',
  },
  DeadLetters: {
    metric: signals.deadLetters,
    above: 0,
    meaning: 'Stream records were given up: read them again from the stream within 24 hours',
  },
  PoisonRecords: {
    metric: signals.poisonRecords,
    above: 0,
    meaning: 'A stream record could not be understood and was put aside',
  },
  Throttles: {
    metric: signals.throttles,
    above: 0,
    meaning:
      'Lambda refused to run a function of this account: the concurrency, or a reserved share of it, is used up',
  },
  UnattributedChanges: {
    metric: signals.unattributedChanges,
    above: 0,
    meaning: 'Somebody changed a flag or an override past the API',
  },
  StaleEvaluations: {
    metric: signals.staleEvaluations,
    above: 0,
    meaning: 'Evaluation goes on with an older state: the table does not answer',
  },
  CorruptFlags: {
    metric: signals.corruptFlags,
    above: 0,
    meaning: 'A flag was changed past the API so that it cannot be read',
  },
});

const isPercentile = ({ statistic }: Metric): boolean => statistic.startsWith('p');

/** Alarms for what somebody must act on. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, { signals, topic }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.all = Object.entries(conditions(signals)).map(([name, condition]) => {
      const alarm = new Alarm(this, name, {
        metric: condition.metric,
        threshold: condition.above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: condition.periods ?? 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
        // of a few requests, a percentile is the slowest single one
        evaluateLowSampleCountPercentile: isPercentile(condition.metric) ? 'ignore' : undefined,
        alarmDescription: `${condition.meaning}. See docs/operations.md#${name.toLowerCase()}`,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}
