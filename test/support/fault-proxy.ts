import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the proxy does with a call instead of passing it on. */
export type Fault =
  /** Answers as DynamoDB does when a table is short of capacity. */
  | 'throttle'
  /** Answers that the call itself is wrong: nothing was written, and trying again would not help. */
  | 'refuse'
  /** Answers 500 without passing the call on. */
  | 'fail'
  /** Takes the call and never answers. */
  | 'hang'
  /** Passes the call on, then answers 500: the caller cannot know that it was carried out. */
  | 'fail-after-commit'
  /** Passes the call on, then answers that it is wrong. */
  | 'refuse-after-commit';

export interface FaultProxy {
  readonly endpoint: string;
  /** Names of the operations that came through, in order. */
  readonly calls: string[];
  /** From now on, calls of these operations (all, if none is named) meet the fault; `times` bounds how many do, `skip` lets the first ones pass. */
  inject(fault: Fault, options?: { operations?: readonly string[]; times?: number; skip?: number }): void;
  /**
   * The caller dies: `after` calls pass, the next is carried out or not, and nothing of what it tries after that gets
   * through. It is told in a way that it does not try again, so that its end takes no time.
   */
  crash(after: number, isNextCarriedOut: boolean): void;
  heal(): void;
  stop(): Promise<void>;
}

interface Rule {
  fault: Fault;
  operations: readonly string[] | undefined;
  left: number;
  skip: number;
}

type ErrorAnswer = readonly [status: number, type: string];

const SERVER_ERROR: ErrorAnswer = [500, 'InternalServerError'];
const CLIENT_ERROR: ErrorAnswer = [400, 'ValidationException'];

/** What is answered without passing the call on. */
const REFUSALS: Readonly<Partial<Record<Fault, ErrorAnswer>>> = {
  throttle: [400, 'ProvisionedThroughputExceededException'],
  refuse: CLIENT_ERROR,
  fail: SERVER_ERROR,
};

/** What is answered instead of what the engine said. */
const AFTER_COMMIT: Readonly<Partial<Record<Fault, ErrorAnswer>>> = {
  'fail-after-commit': SERVER_ERROR,
  'refuse-after-commit': CLIENT_ERROR,
};

const errorBody = (type: string): string =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'injected' });

const answer = (response: ServerResponse, status: number, type: string): void => {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(errorBody(type));
};

const passOn = (
  target: URL,
  incoming: IncomingMessage,
  body: Buffer,
  done: (from: IncomingMessage) => void,
): void => {
  const outgoing = forward(
    {
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    },
    done,
  );
  // an engine that is stopped meanwhile hangs up: so does the proxy
  outgoing.on('error', () => incoming.socket.destroy());
  outgoing.end(body);
};

/** A proxy in front of a DynamoDB engine that makes it fail on demand: the client and its retries stay real. */
export const startFaultProxy = async (target: string): Promise<FaultProxy> => {
  const calls: string[] = [];
  let rule: Rule | undefined;
  let crash: { left: number; isNextCarriedOut: boolean } | undefined;

  const faultFor = (operation: string): Fault | undefined => {
    if (crash !== undefined) {
      crash.left -= 1;
      if (crash.left >= 0) {
        return undefined;
      }
      return crash.left === -1 && crash.isNextCarriedOut ? 'refuse-after-commit' : 'refuse';
    }
    const applies = rule !== undefined && rule.left > 0 && (rule.operations?.includes(operation) ?? true);
    if (!applies || rule === undefined) {
      return undefined;
    }
    if (rule.skip > 0) {
      rule.skip -= 1;
      return undefined;
    }
    rule.left -= 1;
    return rule.fault;
  };

  const handle = (incoming: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(operation);
    const fault = faultFor(operation);
    const refusal = fault && REFUSALS[fault];
    if (refusal !== undefined) {
      answer(response, ...refusal);
    } else if (fault !== 'hang') {
      passOn(new URL(target), incoming, body, (from) => {
        const answered = fault && AFTER_COMMIT[fault];
        if (answered !== undefined) {
          from.resume();
          answer(response, ...answered);
          return;
        }
        response.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(response);
      });
    }
  };

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      handle(incoming, response, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    inject: (fault, { operations, times = Infinity, skip = 0 } = {}) => {
      rule = { fault, operations, left: times, skip };
    },
    crash: (after, isNextCarriedOut) => {
      crash = { left: after, isNextCarriedOut };
    },
    heal: () => {
      rule = undefined;
      crash = undefined;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
