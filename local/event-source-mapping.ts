import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Functions } from './functions';
import { type StreamRecord, type TableStream, waitFor } from './stream';
import { compileFilters } from './stream-filter';
import type { MappingSpec } from './template';

/** Lambda looks four times a second, whether there is something or not. */
const IDLE_MS = 250;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
/** An invocation that outlasts the stop by more is cut short: its records come again. */
const STOP_WITHIN_MS = 2_000;

export interface MappingParts {
  readonly spec: MappingSpec;
  readonly stream: TableStream;
  readonly functions: Functions;
  /** One line of JSON for each batch that was given up. */
  readonly deadLetterFile: string;
  readonly log: (error: unknown) => void;
}

interface BatchResponse {
  readonly batchItemFailures?: readonly { readonly itemIdentifier?: string | null }[];
}

/**
 * Feeds a function from a table's stream as Lambda does: filter, batches in order, retries from the first record that
 * failed, bisection of a batch that throws, and the dead-letter file for what never succeeds.
 */
export class EventSourceMapping {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly passes: (record: unknown) => boolean;

  constructor(private readonly parts: MappingParts) {
    this.passes = compileFilters(parts.spec.filters);
  }

  start(): void {
    this.running = this.run();
  }

  /** Work of minutes is not waited for: the functions end next. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        const records = await this.parts.stream.read();
        await this.deliverAll(records.filter(this.passes));
        this.commit(records);
        await waitFor(IDLE_MS, this.stopping.signal);
      } catch (error) {
        this.parts.log(error);
        // what was read and not committed is read again
        this.parts.stream.rewind();
        await waitFor(LONGEST_RETRY_MS, this.stopping.signal);
      }
    }
  }

  /** A delivery that the end of the runner cut short counts as not made: the records come again at the next start. */
  private commit(records: readonly StreamRecord[]): void {
    if (!this.isStopping) {
      this.parts.stream.commit(records);
    }
  }

  private async deliverAll(records: readonly StreamRecord[]): Promise<void> {
    const { batchSize } = this.parts.spec;
    for (let start = 0; start < records.length; start += batchSize) {
      await this.deliver(records.slice(start, start + batchSize));
    }
  }

  private async deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { maxRetries, maxRecordAgeMs, bisects } = this.parts.spec;
    let left = batch;
    for (let attempt = 0; left.length > 0 && !this.isStopping; attempt += 1) {
      const outcome = await this.invoke(left);
      if (outcome === 'threw' && bisects && left.length > 1) {
        const middle = Math.ceil(left.length / 2);
        await this.deliver(left.slice(0, middle));
        await this.deliver(left.slice(middle));
        return;
      }
      left = outcome === 'threw' ? left : left.slice(outcome);
      const isOver = (maxRetries >= 0 && attempt >= maxRetries) || ageMs(left) > maxRecordAgeMs;
      if (left.length > 0 && isOver) {
        this.giveUp(left);
        return;
      }
      if (left.length > 0) {
        await waitFor(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt), this.stopping.signal);
      }
    }
  }

  /** How many records, from the first on, are done with. */
  private async invoke(batch: readonly StreamRecord[]): Promise<number | 'threw'> {
    try {
      const response = await this.parts.functions.invoke(this.parts.spec.functionId, { Records: batch });
      return this.parts.spec.reportsFailures
        ? firstFailure(batch, response as BatchResponse | null)
        : batch.length;
    } catch (error) {
      this.parts.log(error);
      return 'threw';
    }
  }

  private giveUp(batch: readonly StreamRecord[]): void {
    const { functionId } = this.parts.spec;
    const letter = {
      functionId,
      at: new Date().toISOString(),
      batchSize: batch.length,
      startSequenceNumber: batch[0]?.dynamodb.SequenceNumber,
      endSequenceNumber: batch.at(-1)?.dynamodb.SequenceNumber,
    };
    appendFileSync(this.parts.deadLetterFile, `${JSON.stringify(letter)}\n`);
  }
}

const ageMs = ([oldest]: readonly StreamRecord[]): number =>
  oldest === undefined ? 0 : Date.now() - oldest.dynamodb.ApproximateCreationDateTime * 1000;

/** Everything before the first reported record is done with; a report that names no record of the batch is total. */
const firstFailure = (batch: readonly StreamRecord[], response: BatchResponse | null): number => {
  const failed = response?.batchItemFailures ?? [];
  if (failed.length === 0) {
    return batch.length;
  }
  const positions = failed.map(({ itemIdentifier }) =>
    batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
  );
  return Math.max(0, Math.min(...positions));
};
