import type { CompiledFlag, Configuration } from './model';

/** What the flag is configured to at this moment: a planned change counts from its moment on. */
export const configurationAt = ({ configurations }: CompiledFlag, nowMs: number): Configuration => {
  let present = configurations[0];
  if (configurations.length === 1) {
    return present;
  }
  for (const configuration of configurations) {
    if (configuration.fromMs > nowMs) {
      break;
    }
    present = configuration;
  }
  return present;
};
