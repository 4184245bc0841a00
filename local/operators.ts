import { LOCAL_ACCOUNT } from './stand-ins';
import type { PolicyStatement } from './template-schemas';

/** Somebody with AWS credentials, as a laptop knows them. */
export interface Operator {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
  /** Logical id, without its hash, of the managed policy of the template that is attached. */
  readonly policy: string;
}

const operator = (name: 'admin' | 'viewer', policy: string): Operator => ({
  accessKeyId: `LOCAL${name.toUpperCase()}`,
  secretAccessKey: `local-${name}-operator`,
  arn: `arn:aws:iam::${LOCAL_ACCOUNT}:user/${name}-operator`,
  policy,
});

/** Their keys are no secrets: the laptop's API listens on the loopback address alone. */
export const demoOperators: readonly Operator[] = [
  operator('admin', 'OperatorsAdmin'),
  operator('viewer', 'OperatorsViewer'),
];

/** `*` stands for any text, `?` for one character, as in IAM. */
const matches = (pattern: string, text: string): boolean => {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
};

/** What IAM decides of an action on a resource by these statements: a Deny wins, and without an Allow it is no. */
export const isAllowed = (
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
): boolean => {
  const applying = statements.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matches(pattern, action)) &&
      Resource.some((pattern) => matches(pattern, resource)),
  );
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow');
};
