import { whyNot } from './describe-condition';
import { describeShare } from './describe-share';
import type { CompiledRule, Question, Subject } from './model';
import { shareOf } from './share';
import { shownText } from './shown-value';

const nameOf = ({ source: { id, name } }: CompiledRule): string =>
  name === null ? `rule ${id}` : `rule ${id} (${shownText(name)})`;

/** What is said of each rule in order: that it matches and what it gives, or which condition it fails by. */
export const describeRules = ({ flag, configuration }: Subject, question: Question): string => {
  const { rules } = configuration;
  const first = rules.findIndex(({ condition }) => condition.matches(question));
  const described = rules.map((rule, index) => {
    if (!rule.condition.matches(question)) {
      return `${nameOf(rule)} does not match: ${whyNot(rule.condition, question, '')}`;
    }
    if (index > first) {
      return `${nameOf(rule)} would match too, but comes later`;
    }
    const given = shareOf(rule.share, flag.bucketSuffix, question);
    return `${nameOf(rule)} matches: ${describeShare(rule.share, given, flag.bucketSuffix, question)}`;
  });
  return described.length === 0 ? 'the flag has no rules' : described.join('; ');
};
