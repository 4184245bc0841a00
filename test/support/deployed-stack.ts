import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { callJson } from './aws-call';
import { DEPLOYED } from './targets';

const perUser = z.object({ admin: z.string(), viewer: z.string(), alice: z.string(), bob: z.string() });

/** What the tests know of a stack that is deployed to the emulator. */
const DeployedStackSchema = z.object({
  /** Of the API, with its stage. */
  url: z.string(),
  /** Of the emulator, for all services. */
  endpoint: z.string(),
  tokens: perUser,
  ids: perUser,
  machineToken: z.string(),
  /** Of the functions. */
  logGroups: z.array(z.string()),
});
export type DeployedStack = z.infer<typeof DeployedStackSchema>;

export const writeDeployedStack = (file: string, stack: DeployedStack): void => {
  writeFileSync(file, JSON.stringify(stack, undefined, 2), { mode: 0o600 });
};

export const readDeployedStack = (): DeployedStack =>
  DeployedStackSchema.parse(JSON.parse(readFileSync(process.env[DEPLOYED] ?? '', 'utf8')));

/** Lines that Lambda itself writes around those of the function. */
const OF_LAMBDA = /^(START|END|REPORT) RequestId/;

const linesOf = async (endpoint: string, logGroupName: string): Promise<string[]> => {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await callJson(endpoint, 'logs', 'Logs_20140328.FilterLogEvents', {
      logGroupName,
      nextToken,
    });
    lines.push(...page.events.map(({ message }: { message: string }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines.filter((line) => !OF_LAMBDA.test(line));
};

/** What all functions have logged so far, as one text. */
export const readFunctionLogs = async ({ endpoint, logGroups }: DeployedStack): Promise<string> => {
  const groups: string[] = [];
  for (const logGroup of logGroups) {
    groups.push(...(await linesOf(endpoint, logGroup)));
  }
  return groups.join('\n');
};
