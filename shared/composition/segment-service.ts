import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import { SegmentService } from '../services/segments';
import { compilers } from './compilers';
import { clock, newId, openTables } from './parts';

export const composeSegmentService = (config?: Config): SegmentService => {
  const { flagTable } = openTables(config);
  return new SegmentService({
    segments: new DynamoSegmentRepository(flagTable, clock),
    flags: new DynamoFlagRepository(flagTable, clock),
    compilers,
    clock,
    newId,
  });
};
