import type { Config } from '../config';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import { SegmentService } from '../services/segments';
import { clock, openTables } from './parts';
import { composeSegmentWriter } from './segment-writer';

export const composeSegmentService = (config?: Config): SegmentService => {
  const { flagTable } = openTables(config);
  return new SegmentService({
    segments: new DynamoSegmentRepository(flagTable, clock),
    writer: composeSegmentWriter(flagTable),
  });
};
