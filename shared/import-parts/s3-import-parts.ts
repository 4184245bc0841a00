import { setTimeout as sleep } from 'node:timers/promises';
import { fromEnv } from '@aws-sdk/credential-provider-env';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { remainingMs } from '../deadline';
import { StoreUnavailable } from '../errors';
import type { ImportParts } from '../import-ports';

/** For one exchange: 4 MB at most. */
const REQUEST_MS = 8_000;
const MAX_TRIES = 3;
const PAUSE_MS = 100;
/** Below this folder of the bucket. */
const PREFIX = 'imports/';

export interface S3ImportPartsOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of an emulator, where the bucket is a folder; undefined: that of S3. */
  readonly endpoint: string | undefined;
}

const addressOf = ({ bucket, region, endpoint }: S3ImportPartsOptions): string => {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return endpoint === undefined
    ? `https://${bucket}.s3.${region}.${domain}/`
    : `${endpoint.replace(/\/$/, '')}/${bucket}/`;
};

/** Parts as objects of a bucket. Three plain requests, signed: the client of the SDK would double every bundle. */
export class S3ImportParts implements ImportParts {
  private readonly address: string;
  private readonly signer: SignatureV4;

  constructor(options: S3ImportPartsOptions) {
    this.address = addressOf(options);
    this.signer = new SignatureV4({
      service: 's3',
      region: options.region,
      credentials: fromEnv(),
      sha256: Sha256,
      // S3 signs a path as it stands
      uriEscapePath: false,
    });
  }

  async put(object: string, text: string): Promise<void> {
    await this.send('PUT', object, text);
  }

  async get(object: string): Promise<string | undefined> {
    return this.send('GET', object);
  }

  async delete(object: string): Promise<void> {
    await this.send('DELETE', object);
  }

  /** The body; undefined where there is no such object to get or delete. */
  private async send(method: string, object: string, body?: string): Promise<string | undefined> {
    let cause: unknown;
    for (let attempt = 0; attempt < MAX_TRIES && remainingMs() > PAUSE_MS * attempt; attempt += 1) {
      await sleep(Math.random() * PAUSE_MS * attempt);
      try {
        const response = await this.sendOnce(method, object, body);
        if (response.ok) {
          return await response.text();
        }
        if (response.status === 404 && method !== 'PUT') {
          return undefined;
        }
        cause = new Error(
          `${method} of a part answered ${String(response.status)}: ${await response.text()}`,
        );
        if (response.status < 500 && response.status !== 429) {
          break;
        }
      } catch (error) {
        cause = error;
      }
    }
    // an object has a name of its own: one that was written all the same is in nobody's way
    throw new StoreUnavailable('no', cause);
  }

  private async sendOnce(method: string, object: string, body: string | undefined): Promise<Response> {
    const url = new URL(`${this.address}${PREFIX}${object}.csv`);
    const { headers } = await this.signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { host: url.host, ...(body !== undefined && { 'content-type': 'text/csv; charset=utf-8' }) },
      body,
    });
    return fetch(url, {
      method,
      // the host is what fetch makes of the address
      headers: Object.entries(headers).filter(([name]) => name !== 'host'),
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(Math.max(1, Math.min(REQUEST_MS, remainingMs()))),
    });
  }
}
