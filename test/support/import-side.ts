import { csvLine } from '../../shared/services/csv';
import type { Import } from '../../shared/contract/import-answers';
import { driveStream } from './drive-stream';
import { aCall, aUserId, composeStreamSide, ENVIRONMENT, type World } from './world';

export const users = (count: number): string[] => Array.from({ length: count }, aUserId);

const HEADER = ['userId', 'overrideType', 'reason', 'expiresAt'];

export type Row = readonly [userId: string, overrideType: string, reason?: string, expiresAt?: string];

export const csvOf = (rows: readonly Row[]): string =>
  [HEADER, ...rows].map((cells) => csvLine(cells.map((cell) => cell ?? ''))).join('');

export const includes = (userIds: readonly string[], reason = ''): Row[] =>
  userIds.map((userId) => [userId, 'include', reason]);

/** As {@link importSide} lists what rows make. */
export const shown = (rows: readonly Row[]): string[] =>
  rows.map(([userId, kind, reason = '']) => `${userId} ${kind} ${reason}`.trim()).sort();

/** What the tests do with imports of a world, and see of them. */
export const importSide = (world: World) => {
  const { imports, importJobs, overrides } = world.container;
  const drive = driveStream(world);
  const placeOf = (flagKey: string, importId: string) => ({ environment: ENVIRONMENT, flagKey, importId });
  const workOff = (flagKey: string, { id }: Pick<Import, 'id'>, steps = Infinity): Promise<void> => {
    let left = steps;
    return composeStreamSide(world).jobs.workOff(placeOf(flagKey, id), () => (left -= 1) >= 0);
  };
  const get = (flagKey: string, { id }: Pick<Import, 'id'>) => importJobs.get(placeOf(flagKey, id));
  /** Sends the parts, and starts. */
  const started = async (flagKey: string, parts: readonly string[], call = aCall()): Promise<Import> => {
    const made = await imports.create(aCall(), flagKey, undefined);
    for (const [index, text] of parts.entries()) {
      await imports.putPart(placeOf(flagKey, made.id), index + 1, text);
    }
    return imports.start(call, placeOf(flagKey, made.id));
  };
  return {
    drive,
    placeOf,
    workOff,
    get,
    started,
    /** An import of these rows that is over. */
    imported: async (flagKey: string, rows: readonly Row[]): Promise<Import> => {
      const made = await started(flagKey, [csvOf(rows)]);
      await workOff(flagKey, made);
      return get(flagKey, made);
    },
    undo: async (flagKey: string, { id }: Import): Promise<Import> => {
      const undoing = await importJobs.undo(aCall(), placeOf(flagKey, id));
      await workOff(flagKey, undoing);
      return importJobs.get(placeOf(flagKey, id));
    },
    redo: async (flagKey: string, { id }: Import): Promise<Import> => {
      const redoing = await importJobs.redo(aCall(), placeOf(flagKey, id));
      await workOff(flagKey, redoing);
      return importJobs.get(placeOf(flagKey, id));
    },
    /** `<user> <kind> <reason>` of all that count. */
    listed: async (flagKey: string): Promise<string[]> => {
      const all: string[] = [];
      let after: string | undefined;
      do {
        const page = await overrides.list(ENVIRONMENT, flagKey, { after, limit: 500 });
        const both = [...page.includes, ...page.excludes];
        all.push(...both.map((each) => `${each.userId} ${each.overrideType} ${each.reason ?? ''}`.trim()));
        after = page.next;
      } while (after !== undefined);
      return all.sort();
    },
    counted: async (flagKey: string) => {
      const { items } = await world.container.flags.list(ENVIRONMENT, {
        q: flagKey,
        tag: undefined,
        state: undefined,
        after: undefined,
        limit: 10,
      });
      return items.find(({ key }: { key: string }) => key === flagKey)?.overrideCounts;
    },
    /** Events of imports on the flag, once the stream has been delivered. */
    audited: async (flagKey: string) => {
      await drive.deliverNew();
      const events = await drive.auditLog();
      return {
        imported: events.filter((each) => each.event === 'overrides.imported' && each.flagKey === flagKey),
        unattributed: events.filter(
          (each) => each.event === 'change.unattributed' && each.flagKey === flagKey,
        ),
      };
    },
  };
};
