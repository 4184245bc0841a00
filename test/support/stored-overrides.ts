import { openTables } from '../../shared/composition/parts';
import type { Override } from '../../shared/contract/override-answers';
import { OVERRIDE_KINDS, type OverrideKind } from '../../shared/contract/override';
import { DynamoFlagRepository } from '../../shared/dynamodb/flag-repository';
import { DynamoOverrideRepository } from '../../shared/dynamodb/override-repository';
import type { OverrideSubject } from '../../shared/override-ports';
import { shownOverride } from '../../shared/services/shown-override';
import { ENVIRONMENT, type World } from './world';

const kindsOf = ({ userId }: OverrideSubject): readonly OverrideKind[] =>
  userId === null ? ['value'] : OVERRIDE_KINDS;

/** What lies in the table, whatever the routes show of it. */
export const composeOverrideReader = ({ config }: World) => {
  const { flagTable } = openTables(config);
  const flags = new DynamoFlagRepository(flagTable, Date.now);
  const overrides = new DynamoOverrideRepository(flagTable, Date.now);
  return {
    /** The overrides of somebody on a flag, by kind. */
    shown: async (flagKey: string, subject: OverrideSubject): Promise<Override[]> => {
      const generation = (await flags.generationOf(ENVIRONMENT, flagKey)) ?? '';
      const slots = await overrides.readSlots(
        kindsOf(subject).map((kind) => ({
          ...{ environment: ENVIRONMENT, flagKey, generation, kind },
          ...subject,
        })),
      );
      return slots.flatMap(({ override }) => (override === undefined ? [] : shownOverride(override)));
    },
  };
};
