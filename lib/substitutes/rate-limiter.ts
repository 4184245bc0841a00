/** Stands in for the limiter of the SDK's adaptive retries, which no client here uses: it limits nothing. */
export class DefaultRateLimiter {
  getSendToken(): Promise<void> {
    return Promise.resolve();
  }

  updateClientSendingRate(): void {
    // nothing is measured
  }
}
