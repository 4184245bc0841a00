import { Counter, Gauge, Registry } from 'prom-client';
import { OVERRIDE_ACTIONS } from '../contract/metrics';
import type { EvaluationCount, OverrideTotals } from '../audit-ports';
import type { CountedKind } from '../override-ports';

const KINDS: readonly CountedKind[] = ['include', 'exclude', 'value', 'device'];

interface Measured {
  readonly overrideTotals: OverrideTotals;
  readonly activeOverrides: ReadonlyMap<string, Readonly<Record<CountedKind, number>>>;
  readonly isActiveExact: boolean;
  readonly evaluations: readonly EvaluationCount[];
}

/** In the text format of Prometheus, version 0.0.4. */
export const expose = ({
  overrideTotals,
  activeOverrides,
  isActiveExact,
  evaluations,
}: Measured): Promise<string> => {
  // of this answer alone: what a container remembers is not what there is
  const registry = new Registry();
  const registers = [registry];
  const changed = new Counter({
    name: 'guidon_user_flag_overrides_total',
    help: 'Overrides of users and devices that were created, updated or deleted, or have expired.',
    labelNames: ['flag_name', 'action'],
    registers,
  });
  for (const [flagKey, actions] of overrideTotals) {
    for (const action of OVERRIDE_ACTIONS) {
      changed.inc({ flag_name: flagKey, action }, actions[action] ?? 0);
    }
  }
  const active = new Gauge({
    name: 'guidon_user_flag_overrides_active',
    help: 'Overrides that are switched on and have not expired.',
    labelNames: ['flag_name', 'kind'],
    registers,
  });
  for (const [flagKey, counts] of activeOverrides) {
    for (const kind of KINDS) {
      active.set({ flag_name: flagKey, kind }, counts[kind]);
    }
  }
  const exact = new Gauge({
    name: 'guidon_user_flag_overrides_active_exact',
    help: '1; 0 while very many have just expired and the numbers of active overrides are upper bounds.',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of KINDS) {
    exact.set({ kind }, isActiveExact ? 1 : 0);
  }
  const evaluated = new Counter({
    name: 'guidon_flag_evaluations_total',
    help: 'Evaluations, by what they gave and why.',
    labelNames: ['flag_name', 'variant', 'reason'],
    registers,
  });
  for (const { flagKey, variant, reason, count } of evaluations) {
    evaluated.inc({ flag_name: flagKey, variant: variant ?? '', reason }, count);
  }
  return registry.metrics();
};
