import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { withDeadline } from '../../../shared/deadline';
import { createDocumentClient } from '../../../shared/dynamodb/client';
import { Table } from '../../../shared/dynamodb/table';
import { StoreUnavailable, WriteConflict } from '../../../shared/errors';

// No engine on a laptop can be made to conflict or to leave keys unprocessed: the client is mocked for these alone.
const dynamo = mockClient(DynamoDBDocumentClient);
const table = new Table(createDocumentClient(), 'Table');

beforeEach(() => {
  dynamo.reset();
});

const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
const about = { message: 'injected', $metadata: {} };
const write = () =>
  withDeadline(1_000, () => table.transact([{ Put: { TableName: 'Table', Item: { PK: 'a' } } }]));
const tokens = () =>
  dynamo.commandCalls(TransactWriteCommand).map(({ args }) => args[0].input.ClientRequestToken);

describe('a transaction', () => {
  it.each([
    ['conflicts with another', cancelled('None', 'TransactionConflict')],
    ['is throttled', cancelled('ThrottlingError', 'None')],
    ['meets a table short of capacity', new ProvisionedThroughputExceededException(about)],
    ['has an unknown outcome', new InternalServerError(about)],
    ['loses its connection', Object.assign(new Error('socket hang up'), { name: 'TimeoutError' })],
  ])('that %s is made again under the same token', async (_, error) => {
    dynamo.on(TransactWriteCommand).rejectsOnce(error).rejectsOnce(error).resolves({});
    await write();
    expect(tokens()).toHaveLength(3);
    expect(new Set(tokens()).size).toBe(1);
  });

  it.each([
    ['a condition failed', cancelled('ConditionalCheckFailed', 'TransactionConflict')],
    ['its only condition failed', new ConditionalCheckFailedException(about)],
  ])('of which %s is a conflict to decide anew, at once', async (_, error) => {
    dynamo.on(TransactWriteCommand).rejects(error);
    await expect(write()).rejects.toBeInstanceOf(WriteConflict);
    expect(tokens()).toHaveLength(1);
  });

  it('that is refused for itself is a bug and not tried again', async () => {
    const bug = cancelled('ValidationError');
    dynamo.on(TransactWriteCommand).rejects(bug);
    await expect(write()).rejects.toBe(bug);
    expect(tokens()).toHaveLength(1);
  });

  it('says whether it may have been made when its time is over', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('TransactionConflict'));
    await expect(write()).rejects.toMatchObject({ code: 'UNAVAILABLE', applied: 'no' });
    dynamo.reset();
    dynamo
      .on(TransactWriteCommand)
      .rejectsOnce(new InternalServerError(about))
      .rejects(cancelled('TransactionConflict'));
    await expect(write()).rejects.toMatchObject({ applied: 'unknown' });
  });

  it('gives up after a bounded number of tries where no deadline bounds it', async () => {
    dynamo.on(TransactWriteCommand).rejects(cancelled('TransactionConflict'));
    await expect(table.transact([])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(tokens().length).toBeLessThanOrEqual(12);
  });
});

describe('a batch', () => {
  const keys = [
    { PK: 'a', SK: '1' },
    { PK: 'a', SK: '2' },
  ];
  const [first, second] = keys;

  it('that is read in parts is asked for the rest until it is whole', async () => {
    dynamo
      .on(BatchGetCommand)
      .resolvesOnce({
        Responses: { Table: [{ ...first }] },
        UnprocessedKeys: { Table: { Keys: [{ ...second }] } },
      })
      .resolvesOnce({ UnprocessedKeys: { Table: { Keys: [{ ...second }] } } })
      .resolves({ Responses: { Table: [{ ...second }] } });
    expect(await table.batchGet(keys, 'strong')).toEqual(keys);
  });

  it('that never becomes whole ends with its deadline, not with half an answer', async () => {
    dynamo.on(BatchGetCommand).resolves({ UnprocessedKeys: { Table: { Keys: [{ ...first }] } } });
    await expect(withDeadline(400, () => table.batchGet(keys, 'strong'))).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
  });

  it('that is removed in parts is removed as a whole', async () => {
    const rest = { UnprocessedItems: { Table: [{ DeleteRequest: { Key: { ...second } } }] } };
    dynamo.on(BatchWriteCommand).resolvesOnce(rest).resolves({});
    await table.deleteAll(keys);
    expect(dynamo.commandCalls(BatchWriteCommand)).toHaveLength(2);
  });
});
