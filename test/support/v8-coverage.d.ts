/** The package comes without declarations of its own. */
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector';

  export interface ProcessCov {
    result: Profiler.ScriptCoverage[];
  }
  export const mergeProcessCovs: (parts: ProcessCov[]) => ProcessCov;
}
