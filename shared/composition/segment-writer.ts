import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import type { Table } from '../dynamodb/table';
import { SegmentWriter } from '../services/segment-writer';
import { compilers } from './compilers';
import { clock, newId } from './parts';

export const composeSegmentWriter = (flagTable: Table): SegmentWriter =>
  new SegmentWriter({
    segments: new DynamoSegmentRepository(flagTable, clock),
    flags: new DynamoFlagRepository(flagTable, clock),
    compilers,
    clock,
    newId,
  });
