import { createHash, createHmac, type BinaryLike } from 'node:crypto';

type Hasher = ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

/**
 * Stands in for `@smithy/core/checksum` in the bundles, of which the AWS SDK uses this class to sign requests.
 * The original carries SHA-256 in JavaScript along, 4 KiB, for a Node.js without `node:crypto`.
 */
export class Sha256 {
  private hash: Hasher;

  /** With a secret it is an HMAC. */
  constructor(private readonly secret?: string | ArrayBuffer | NodeJS.ArrayBufferView) {
    this.hash = this.start();
  }

  update(data: BinaryLike): void {
    this.hash.update(data);
  }

  /** Ends the hash: only `reset` makes it usable again. */
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }

  reset(): void {
    this.hash = this.start();
  }

  private start(): Hasher {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', asKey(this.secret));
  }
}

const asKey = (secret: string | ArrayBuffer | NodeJS.ArrayBufferView): string | NodeJS.ArrayBufferView =>
  secret instanceof ArrayBuffer ? new Uint8Array(secret) : secret;
