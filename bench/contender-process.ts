import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ContenderName } from './cases';
import type { Answers, Command, Reply } from './messages';

/** A contender in a process of its own. It is asked one thing at a time, and idle between. */
export class ContenderProcess {
  private readonly child: ChildProcess;

  constructor(
    readonly name: ContenderName,
    file: string,
  ) {
    this.child = fork(file, {
      execArgv: [],
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 2, 2, 'ipc'],
    });
  }

  async open(group: number): Promise<void> {
    await this.ask({ do: 'open', group });
  }

  async answer(index: number): Promise<Answers> {
    const reply = await this.ask({ do: 'answer', index });
    return 'answers' in reply ? reply.answers : {};
  }

  /** Nanoseconds for each of so many times. */
  async time(index: number, times: number): Promise<number> {
    const reply = await this.ask({ do: 'time', index, times });
    return 'nanoseconds' in reply ? reply.nanoseconds / times : NaN;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
  }

  private ask(command: Command): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => {
        reject(new Error(`${this.name} ended with ${code ?? 'a signal'}`));
      };
      this.child.once('exit', ended);
      this.child.once('message', (reply: Reply) => {
        this.child.off('exit', ended);
        if ('failure' in reply) {
          reject(new Error(`${this.name} failed: ${reply.failure ?? ''}`));
        } else {
          resolve(reply);
        }
      });
      this.child.send(command);
    });
  }
}
