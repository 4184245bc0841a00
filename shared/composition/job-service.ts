import { type Config, readConfig } from '../config';
import { readJobRecord } from '../dynamodb/stream-record';
import { JobService } from '../services/jobs';
import { telemetry } from '../telemetry';
import { composeImportEngine } from './import-engine';
import { composeImportParts } from './import-parts';
import { clock, openTables, STREAM_LIMITS } from './parts';
import { composeSweepService } from './sweep-service';

export const composeJobService = (config: Config = readConfig()): JobService => {
  const { flagTable } = openTables(config, STREAM_LIMITS);
  const importParts = composeImportParts(config);
  const { engine, imports } = composeImportEngine(config, flagTable, importParts);
  return new JobService({
    readRecord: readJobRecord,
    sweeps: composeSweepService(config),
    engine,
    imports,
    importParts,
    clock,
    telemetry,
  });
};
