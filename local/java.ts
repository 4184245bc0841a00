import { spawnSync } from 'node:child_process';

/** What DynamoDB Local needs. */
export const LEAST_JAVA = 17;

/** The first number of a Java's version: 17 of `17.0.15`, 1 of `1.8.0`; undefined where nothing says one. */
export const parseJavaVersion = (output: string): number | undefined => {
  const [, major] = /version "(\d+)/.exec(output) ?? [];
  return major === undefined ? undefined : Number(major);
};

/** Whether `java` on the path is new enough; a Java tells its version on stderr. */
export const hasJava = (): boolean => {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return error === undefined && (parseJavaVersion(stderr) ?? 0) >= LEAST_JAVA;
};
