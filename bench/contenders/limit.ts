import { hash } from 'node:crypto';
import { serveContender } from '../serve-contender';
import { FIRST_RULE, PERCENTAGE, SECOND_RULE, type Asker, type BenchFlag } from '../workload';

/**
 * What somebody would write by hand who needs these flags and nothing else: no lookup by key, no reason, no
 * validation, no clock. Its bucket is Guidon's, so that their answers must be equal.
 */

type Ask = (asker: Asker) => boolean;

const byHand = (flag: BenchFlag): Ask => {
  const { key } = flag;
  const excluded = new Set(flag.excluded);
  const included = new Set(flag.included);
  const [first, second, third] = FIRST_RULE.countries;
  return ({ userId, email, country, subscription }) => {
    if (excluded.has(userId)) {
      return false;
    }
    if (included.has(userId)) {
      return true;
    }
    if (
      (country === first || country === second || country === third) &&
      subscription === FIRST_RULE.subscription
    ) {
      return true;
    }
    if (email.endsWith(SECOND_RULE.emailSuffix)) {
      return true;
    }
    return Number.parseInt(hash('sha256', `${userId}:${key}`).slice(0, 8), 16) % 100 < PERCENTAGE;
  };
};

serveContender<Asker>({
  contextOf: (asker) => asker,
  write: (flags) => JSON.stringify(flags),
  load: (written) => {
    const flags = JSON.parse(written) as BenchFlag[];
    const asks = new Map(flags.map((flag): [string, Ask] => [flag.key, byHand(flag)]));
    const every = [...asks.values()];
    const keys = [...asks.keys()];
    return {
      one: (flagKey) => asks.get(flagKey) ?? (() => false),
      all: (asker) => every.map((ask) => ask(asker)),
      answersIn: (all) => new Map((all as boolean[]).map((isOn, index) => [keys[index] ?? '', isOn])),
    };
  },
});
