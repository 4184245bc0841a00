import type { Config } from '../config';
import { DynamoFlagRepository } from '../dynamodb/flag-repository';
import { DynamoImportRepository } from '../dynamodb/import-repository';
import { DynamoOverrideRepository } from '../dynamodb/override-repository';
import type { Table } from '../dynamodb/table';
import type { ImportParts } from '../import-ports';
import { ImportEngine } from '../services/import-engine';
import { ImportRedo } from '../services/import-redo';
import { ImportSources } from '../services/import-sources';
import { ImportSteps } from '../services/import-step';
import { ImportUndo } from '../services/import-undo';
import { telemetry } from '../telemetry';
import { compilePattern } from './compile-pattern';
import { composeOverrideWriter } from './override-writer';
import { clock, newId } from './parts';

/** The engine, with what its users share. */
export const composeImportEngine = (
  { userIdFormat }: Config,
  flagTable: Table,
  importParts: ImportParts,
): { engine: ImportEngine; steps: ImportSteps; imports: DynamoImportRepository } => {
  const overrides = new DynamoOverrideRepository(flagTable, clock);
  const imports = new DynamoImportRepository(flagTable, clock);
  const steps = new ImportSteps({
    sources: new ImportSources({ importParts, overrides, userIdFormat, clock }),
    imports,
    writer: composeOverrideWriter(flagTable),
    compilers: { compilePattern },
    clock,
    newId,
  });
  const engine = new ImportEngine({
    flags: new DynamoFlagRepository(flagTable, clock),
    overrides,
    imports,
    steps,
    undo: new ImportUndo({ imports, compilers: { compilePattern }, clock, newId }),
    redo: new ImportRedo({ imports, compilers: { compilePattern }, clock, newId }),
    clock,
    newId,
    telemetry,
  });
  return { engine, steps, imports };
};
