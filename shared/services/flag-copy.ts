import type { Flag, FlagDefinition } from '../contract/flag';
import { withoutServerOwned } from '../contract/primitives';
import { FlagError, invalidField } from '../errors';
import type { FlagRepository } from '../ports';
import type { Call } from './call';
import type { FlagWriter, Written } from './flag-writer';
import { flagNotFound } from './not-found';

export interface FlagCopyServiceParts {
  readonly writer: FlagWriter;
  readonly flags: FlagRepository;
  readonly environments: readonly string[];
}

/** What a PUT could say of the flag: state, kill switch and overrides belong to their environment. */
const definitionOf = (flag: Flag): FlagDefinition => withoutServerOwned(flag) as FlagDefinition;

/** Copies the definition of a flag into another environment. */
export class FlagCopyService {
  constructor(private readonly parts: FlagCopyServiceParts) {}

  /** `If-Match` is about the flag in the environment `to`, as are version, event and answer. */
  async copy(call: Call, flagKey: string, to: string): Promise<Written> {
    const { writer, flags, environments } = this.parts;
    if (!environments.includes(to)) {
      throw invalidField(
        '/to',
        'unknown_environment',
        `the environments here are ${environments.join(', ')}`,
      );
    }
    if (to === call.environment) {
      throw invalidField('/to', 'same_environment', 'a flag is copied into another environment');
    }
    const target: Call = { ...call, environment: to };
    return writer.put(target, flagKey, { event: 'flag.copied' }, async (current) => {
      const source = await flags.read(call.environment, flagKey);
      if (source === undefined) {
        throw flagNotFound(flagKey);
      }
      if (current !== undefined && current.type !== source.flag.type) {
        throw new FlagError(
          'ALREADY_EXISTS',
          `In ${to} the flag "${flagKey}" is of type ${current.type}, and the type of a flag never changes.`,
        );
      }
      return { fields: definitionOf(source.flag), pointerOf: () => '/to' };
    });
  }
}
