import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { overrideAttributes } from '../../shared/dynamodb/items';
import { overrideGsi1, overrideKey } from '../../shared/dynamodb/keys';
import type { FlagGeneration } from '../../shared/ports';

const BATCH = 25;
const IN_FLIGHT = 8;

/** Writes many include overrides straight into the table, past the limit of a hundred an hour. */
export const writeOverrides = async (
  client: DynamoDBDocumentClient,
  tableName: string,
  of: FlagGeneration,
  userIds: readonly string[],
): Promise<void> => {
  const at = new Date().toISOString();
  const item = (userId: string) => {
    const place = { ...of, userId, deviceId: null, kind: 'include' } as const;
    return {
      ...overrideKey(place),
      ...overrideGsi1(place),
      ...overrideAttributes(
        {
          ...place,
          enabled: true,
          reason: null,
          createdBy: 'test',
          createdAt: at,
          updatedBy: 'test',
          updatedAt: at,
          expiresAtMs: null,
          version: 1,
        },
        randomUUID(),
      ),
    };
  };
  const batches = Array.from({ length: Math.ceil(userIds.length / BATCH) }, (_, index) =>
    userIds.slice(index * BATCH, (index + 1) * BATCH),
  );
  const worker = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const requests = batch.map((userId) => ({ PutRequest: { Item: item(userId) } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: requests } }));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
};
