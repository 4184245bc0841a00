import { parentPort, workerData } from 'node:worker_threads';

/** One execution environment: loads a bundle and answers one invocation after the other, as Lambda's runtime does. */

export interface Invocation {
  readonly id: string;
  readonly event: unknown;
  /** Epoch milliseconds at which the function's time is over. */
  readonly deadlineMs: number;
}

export interface Outcome {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
}

interface Environment {
  readonly url: string;
  readonly name: string;
  readonly memoryMb: number;
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const { url, name, memoryMb } = workerData as Environment;

const contextOf = ({ id, deadlineMs }: Invocation) => ({
  awsRequestId: id,
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  memoryLimitInMB: String(memoryMb),
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
});

const loaded = import(url) as Promise<{ handler: Handler }>;

const run = async (invocation: Invocation): Promise<Outcome> => {
  try {
    const { handler } = await loaded;
    return { result: await handler(invocation.event, contextOf(invocation)) };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    process.stderr.write(`${error.stack ?? error.message}\n`);
    return { error: { name: error.name, message: error.message } };
  }
};

parentPort?.on('message', (message: Invocation | 'end') => {
  if (message === 'end') {
    process.exit(0);
  }
  void run(message).then((outcome) => {
    parentPort?.postMessage(outcome);
  });
});
