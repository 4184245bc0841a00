import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';

/** What a running instance tells the other commands about itself. */
const InstanceSchema = z.object({
  pid: z.number(),
  url: z.string(),
  userPoolEndpoint: z.string(),
  clientId: z.string(),
  machine: z.object({ id: z.string(), scopes: z.array(z.string()) }).optional(),
  dynamodbEndpoint: z.string(),
  engine: z.number().optional(),
  userPool: z.number().optional(),
});
export type Instance = z.infer<typeof InstanceSchema>;

const DEFAULT_PORT = 3000;
const FILE = 'instance.json';

/** The port of `PORT`; throws an error for people where it is none. */
export const readPort = (environment: NodeJS.ProcessEnv): number => {
  const text = environment['PORT'] ?? '';
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (!/^\d*$/.test(text) || port < 1 || port > 65_535) {
    throw new Error(`PORT is a number from 1 to 65535, not "${text}".`);
  }
  return port;
};

/** Where an instance keeps its data: each port has its own. */
export const dataDirOf = (port: number, environment: NodeJS.ProcessEnv): string =>
  resolve(environment['GUIDON_DATA_DIR'] ?? join('.guidon', String(port)));

export const writeInstance = (dataDir: string, instance: Instance): void => {
  const draft = join(dataDir, `${FILE}.new`);
  writeFileSync(draft, JSON.stringify(instance, undefined, 2));
  renameSync(draft, join(dataDir, FILE));
};

/** Undefined where there is none, or none that can be read. */
export const readInstance = (dataDir: string): Instance | undefined => {
  try {
    return InstanceSchema.parse(JSON.parse(readFileSync(join(dataDir, FILE), 'utf8')));
  } catch {
    return undefined;
  }
};

export const removeInstance = (dataDir: string): void => {
  rmSync(join(dataDir, FILE), { force: true });
};
