import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDeadline } from '../../../shared/deadline';
import { FolderImportParts } from '../../../shared/import-parts/folder-import-parts';
import { S3ImportParts } from '../../../shared/import-parts/s3-import-parts';
import { StoreUnavailable } from '../../../shared/errors';
import type { ImportParts } from '../../../shared/import-ports';

const objects = new Map<string, string>();
const seen: IncomingMessage[] = [];
/** Statuses that the next requests are answered with instead. */
let failures: number[] = [];

const bucket = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    seen.push(request);
    const { method, url = '' } = request;
    const body = objects.get(url);
    const failure = failures.shift();
    if (failure !== undefined) {
      response.writeHead(failure).end('<Error/>');
    } else if (method === 'PUT') {
      objects.set(url, Buffer.concat(chunks).toString());
      response.writeHead(200).end();
    } else if (method === 'DELETE') {
      objects.delete(url);
      response.writeHead(204).end();
    } else {
      response.writeHead(body === undefined ? 404 : 200).end(body ?? '<Error/>');
    }
  });
});

const folder = mkdtempSync(join(tmpdir(), 'guidon-parts-'));
let inBucket: ImportParts;

beforeAll(async () => {
  await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve));
  const { port } = bucket.address() as AddressInfo;
  inBucket = new S3ImportParts({
    bucket: 'parts',
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
  });
});
afterAll(() => {
  bucket.close();
  bucket.closeAllConnections();
  rmSync(folder, { recursive: true });
});

describe.each(['a bucket', 'a folder'])('parts in %s', (where) => {
  it('are there as they were put until they are deleted', async () => {
    const parts = where === 'a folder' ? new FolderImportParts(folder) : inBucket;
    expect(await parts.get('import/1-a')).toBeUndefined();
    await parts.put('import/1-a', 'userId\r\nünï');
    await parts.put('import/1-b', 'other');
    expect(await parts.get('import/1-a')).toBe('userId\r\nünï');
    await parts.delete('import/1-a');
    await parts.delete('import/1-a');
    expect(await parts.get('import/1-a')).toBeUndefined();
    expect(await parts.get('import/1-b')).toBe('other');
  });
});

describe('requests to a bucket', () => {
  it('are signed for S3, body and all, and lie below one folder', async () => {
    await inBucket.put('import/2', 'text');
    const { headers, url } = seen.at(-1) ?? {};
    expect(url).toBe('/parts/imports/import/2.csv');
    expect(headers?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, /,
    );
    expect(headers?.['x-amz-content-sha256']).toBe(
      '982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1',
    );
  });

  it('are made again where the bucket is in trouble, and not where it refuses', async () => {
    failures = [503, 500];
    await inBucket.put('import/3', 'again');
    expect(await inBucket.get('import/3')).toBe('again');
    failures = [403];
    await expect(inBucket.get('import/3')).rejects.toBeInstanceOf(StoreUnavailable);
    failures = [404];
    await expect(inBucket.put('import/4', 'nowhere')).rejects.toBeInstanceOf(StoreUnavailable);
    failures = [500, 500, 500];
    await expect(inBucket.get('import/3')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(failures).toEqual([]);
    await expect(withDeadline(0, () => inBucket.get('import/3'))).rejects.toBeInstanceOf(StoreUnavailable);
  });
});
