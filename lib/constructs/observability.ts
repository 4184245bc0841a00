import { Construct } from 'constructs';
import { AlarmTopic } from './alarm-topic';
import { Alarms } from './alarms';
import { FlagDashboard, type FlagDashboardProps } from './flag-dashboard';
import { Signals, type SignalsProps } from './signals';

export interface ObservabilityProps extends SignalsProps, Omit<FlagDashboardProps, 'signals' | 'alarms'> {
  /** @default - nobody is told of alarms; whoever wants to be subscribes to the topic */
  readonly alarmEmail?: string;
}

/** What tells people how the system is: alarms, and the dashboard they look at then. */
export class Observability extends Construct {
  readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.topic = new AlarmTopic(this, 'AlarmTopic', { email: props.alarmEmail });
    const signals = new Signals(props);
    const alarms = new Alarms(this, 'Alarms', { signals, topic: this.topic });
    new FlagDashboard(this, 'Dashboard', { ...props, signals, alarms });
  }
}
