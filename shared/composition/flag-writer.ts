import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import { DynamoSegmentRepository } from '../dynamodb/segment-repository';
import type { Table } from '../dynamodb/table';
import { FlagWriter } from '../services/flag-writer';
import { StoredValues } from '../services/stored-values';
import { compilers } from './compilers';
import { composeOverrideWriter } from './override-writer';
import { clock, newId } from './parts';

export const composeFlagWriter = (flagTable: Table): FlagWriter =>
  new FlagWriter({
    flags: new DynamoFlagRepository(flagTable, clock),
    segments: new DynamoSegmentRepository(flagTable, clock),
    storedValues: new StoredValues({
      overrides: new DynamoOverrideRepository(flagTable, clock),
      writer: composeOverrideWriter(flagTable),
      compilers,
      clock,
    }),
    compilers,
    clock,
    newId,
  });
