const MINUTE_SECONDS = 60;

/**
 * When stream records were made, in whole epoch seconds as DynamoDB says it. DynamoDB Local says only the minute: such
 * a record counts from the moment it was first seen, within that minute. Whoever reads on and on sees it at once.
 */
export class RecordTimes {
  private readonly seen = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  /** The same record gives the same time, however often it is read, until it is forgotten. */
  secondsOf(recordId: string, said: Date): number {
    const from = Math.floor(said.getTime() / 1000);
    if (from % MINUTE_SECONDS !== 0) {
      return from;
    }
    const known = this.seen.get(recordId);
    if (known !== undefined) {
      return known;
    }
    const seen = Math.floor(this.now() / 1000);
    const seconds = Math.max(from, Math.min(seen, from + MINUTE_SECONDS - 1));
    this.seen.set(recordId, seconds);
    return seconds;
  }

  /** For a record that does not come again. */
  forget(recordId: string): void {
    this.seen.delete(recordId);
  }
}
