import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { freePort, startChild, stopChild } from './children';
import { DEMO_PASSWORD, type DemoUser, demoUsers } from './demo-users';
import { ISSUER_DOMAIN, USER_POOL_ID } from './stand-ins';
import type { LocalTemplate } from './template';

export interface UserPool {
  readonly endpoint: string;
  readonly jwksUri: string;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const now = (): string => new Date().toISOString();

const userRecord = ({ email, sub, attributes }: DemoUser) => ({
  Username: sub,
  Password: DEMO_PASSWORD,
  Enabled: true,
  UserStatus: 'CONFIRMED',
  UserCreateDate: now(),
  UserLastModifiedDate: now(),
  RefreshTokens: [],
  Attributes: Object.entries({ sub, email, email_verified: 'true', ...attributes }).map(([Name, Value]) => ({
    Name,
    Value,
  })),
});

const groupRecord = (GroupName: string) => ({
  GroupName,
  CreationDate: now(),
  LastModifiedDate: now(),
  members: demoUsers.filter(({ groups }) => groups.includes(GroupName)).map(({ sub }) => sub),
});

const poolRecord = (groups: readonly string[]) => ({
  Options: { Id: USER_POOL_ID, UsernameAttributes: ['email'], MfaConfiguration: 'OFF' },
  Users: Object.fromEntries(demoUsers.map((user) => [user.sub, userRecord(user)])),
  Groups: Object.fromEntries(groups.map((name) => [name, groupRecord(name)])),
});

const clientRecord = (id: string, properties: Record<string, unknown>) => ({
  ...properties,
  ClientId: id,
  ClientName: id,
  UserPoolId: USER_POOL_ID,
  CreationDate: now(),
  LastModifiedDate: now(),
});

/** The files cognito-local keeps its state in: the pool's own are written once, the rest follows the template. */
const writeState = (folder: string, template: LocalTemplate): void => {
  const state = join(folder, '.cognito');
  mkdirSync(join(state, 'db'), { recursive: true });
  const write = (name: string, content: unknown) => {
    writeFileSync(join(state, name), JSON.stringify(content, undefined, 2));
  };
  write('config.json', { TokenConfig: { IssuerDomain: ISSUER_DOMAIN } });
  write('db/clients.json', {
    Clients: Object.fromEntries(
      template.clients.map(({ id, properties }) => [id, clientRecord(id, properties)]),
    ),
  });
  if (!existsSync(join(state, 'db', `${USER_POOL_ID}.json`))) {
    const groups = new Set([...template.groups, ...demoUsers.flatMap((user) => user.groups)]);
    write(`db/${USER_POOL_ID}.json`, poolRecord([...groups]));
  }
};

/** Starts the user pool of the template with the demo users in it, its state under `dataDir`. */
export const startUserPool = async (dataDir: string, template: LocalTemplate): Promise<UserPool> => {
  const folder = join(dataDir, 'user-pool');
  writeState(folder, template);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const program = createRequire(__filename)
    .resolve('cognito-local/package.json')
    .replace('package.json', 'lib/bin/start.js');
  const child = await startChild(process.execPath, [program], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), NODE_NO_WARNINGS: '1' },
    logFile: join(dataDir, 'user-pool.log'),
    isReady: async () => (await fetch(`${endpoint}/health`)).ok,
  });
  return {
    endpoint,
    jwksUri: `${endpoint}/${USER_POOL_ID}/.well-known/jwks.json`,
    pid: child.pid,
    stop: () => stopChild(child),
  };
};
