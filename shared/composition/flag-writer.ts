import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import type { Table } from '../dynamodb/table';
import { FlagWriter } from '../services/flag-writer';
import { compilers } from './compilers';
import { clock, newId } from './parts';

export const composeFlagWriter = (flagTable: Table): FlagWriter =>
  new FlagWriter({
    flags: new DynamoFlagRepository(flagTable, clock),
    segments: new DynamoSegmentRepository(flagTable, clock),
    compilers,
    clock,
    newId,
  });
