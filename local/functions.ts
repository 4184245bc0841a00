import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { transformSync } from 'esbuild';
import type { Invocation, Outcome } from './function-worker';
import type { FunctionSpec } from './template';

/** Instances of one function that work at the same time; further invocations wait. */
const MAX_INSTANCES = 4;
/** Lambda's limit of a synchronous answer. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
/** Where it is measured what runs, each worker writes that down before it ends. */
const END_WITHIN_MS = process.env['NODE_V8_COVERAGE'] === undefined ? 1_000 : 50_000;

const workerCode = transformSync(readFileSync(join(__dirname, 'function-worker.ts'), 'utf8'), {
  loader: 'ts',
  format: 'cjs',
  supported: { 'dynamic-import': true },
}).code;

/** A function ended badly: it threw, ran out of time, or its instance broke. */
class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

type Settle = (outcome: Outcome) => void;

/** One execution environment: one invocation at a time. */
class Instance {
  private readonly worker: Worker;
  private settle: Settle | undefined;
  isBroken = false;

  constructor(
    private readonly spec: FunctionSpec,
    environment: Readonly<Record<string, string>>,
    log: Writable,
  ) {
    this.worker = new Worker(workerCode, {
      eval: true,
      env: { ...environment },
      workerData: { url: pathToFileURL(spec.file).href, name: spec.name, memoryMb: spec.memoryMb },
      stdout: true,
      stderr: true,
      execArgv: [],
    });
    this.worker.stdout.pipe(log, { end: false });
    this.worker.stderr.pipe(log, { end: false });
    this.worker.unref();
    this.worker.on('message', (outcome: Outcome) => this.settle?.(outcome));
    this.worker.on('error', (error: Error) => {
      this.break(error.name, error.message);
    });
    this.worker.on('exit', () => {
      this.break('Exited', 'the instance ended');
    });
  }

  async invoke(event: unknown): Promise<unknown> {
    const { timeoutMs, name } = this.spec;
    const invocation: Invocation = { id: randomUUID(), event, deadlineMs: Date.now() + timeoutMs };
    const timer = setTimeout(() => {
      this.break('TimedOut', `the function took longer than ${timeoutMs} ms`);
      void this.worker.terminate();
    }, timeoutMs);
    try {
      const outcome = await new Promise<Outcome>((resolve) => {
        this.settle = resolve;
        this.worker.postMessage(invocation);
      });
      if (outcome.error !== undefined) {
        throw new FunctionError(`${name}: ${outcome.error.name}: ${outcome.error.message}`);
      }
      if (JSON.stringify(outcome.result ?? null).length > MAX_ANSWER_BYTES) {
        throw new FunctionError(`${name}: an answer of a function has at most ${MAX_ANSWER_BYTES} bytes`);
      }
      return outcome.result;
    } finally {
      clearTimeout(timer);
      this.settle = undefined;
    }
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.worker.once('exit', resolve));
    this.worker.postMessage('end');
    const timer = setTimeout(() => void this.worker.terminate(), END_WITHIN_MS);
    await (this.isBroken ? undefined : ended);
    clearTimeout(timer);
  }

  private break(name: string, message: string): void {
    this.isBroken = true;
    this.settle?.({ error: { name, message } });
  }
}

class LocalFunction {
  private readonly idle: Instance[] = [];
  private readonly waiting: ((instance: Instance) => void)[] = [];
  private readonly instances = new Set<Instance>();

  constructor(
    private readonly spec: FunctionSpec,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly log: Writable,
  ) {}

  async invoke(event: unknown): Promise<unknown> {
    const instance = await this.take();
    try {
      return await instance.invoke(event);
    } finally {
      this.giveBack(instance);
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.instances].map((instance) => instance.end()));
  }

  private async take(): Promise<Instance> {
    for (let instance = this.idle.pop(); instance !== undefined; instance = this.idle.pop()) {
      if (!instance.isBroken) {
        return instance;
      }
      this.instances.delete(instance);
    }
    return this.instances.size < MAX_INSTANCES
      ? this.create()
      : new Promise((resolve) => this.waiting.push(resolve));
  }

  private create(): Instance {
    const instance = new Instance(this.spec, this.environment, this.log);
    this.instances.add(instance);
    return instance;
  }

  private giveBack(instance: Instance): void {
    const next = this.waiting.shift();
    if (instance.isBroken) {
      this.instances.delete(instance);
      next?.(this.create());
    } else if (next === undefined) {
      this.idle.push(instance);
    } else {
      next(instance);
    }
  }
}

/** The functions of the template, run from their bundles; instances start when they are first needed. */
export class Functions {
  private readonly functions: ReadonlyMap<string, LocalFunction>;

  constructor(
    specs: ReadonlyMap<string, FunctionSpec>,
    environmentOf: (spec: FunctionSpec) => Readonly<Record<string, string>>,
    log: Writable,
  ) {
    this.functions = new Map(
      [...specs].map(([id, spec]) => [id, new LocalFunction(spec, environmentOf(spec), log)]),
    );
  }

  /** The result of the function; throws {@link FunctionError} where it failed. */
  invoke(functionId: string, event: unknown): Promise<unknown> {
    const found = this.functions.get(functionId);
    if (found === undefined) {
      return Promise.reject(new FunctionError(`there is no function ${functionId}`));
    }
    return found.invoke(event);
  }

  async end(): Promise<void> {
    await Promise.all([...this.functions.values()].map((each) => each.end()));
  }
}
