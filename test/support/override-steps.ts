import * as fc from 'fast-check';
import type { OverrideKind } from '../../shared/contract/override';
import type { ModelFlag, OverrideModel } from './override-model';
import { aCall, type World } from './world';

/** Flags, users and a device of one run, by the services and by the model. */
export interface OverrideRun {
  readonly container: World['container'];
  readonly model: OverrideModel;
  readonly flags: readonly [ModelFlag, ModelFlag];
  readonly users: readonly [string, string];
  /** Of the first user. */
  readonly device: string;
  /** Lets time pass for both. */
  readonly wait: (ms: number) => void;
  /** Removes what DynamoDB would have removed by now. */
  readonly collect: () => Promise<void>;
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', codeOf);
export const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Does the same to the services and to the model. */
export type Step = (run: OverrideRun) => Promise<void>;

const aFlag = fc.constantFrom(0 as const, 1 as const);
const aUser = fc.constantFrom(0 as const, 1 as const);
const aType = fc.constantFrom('include' as const, 'exclude' as const);
const aReason = fc.constantFrom(null, 'support', 'beta');
const anEnd = fc.constantFrom(null, 1_000, 60_000, 3_600_000);
const endsAt = ({ nowMs }: OverrideModel, inMs: number | null): number | null =>
  inMs === null ? null : nowMs + inMs;
/** One of the two values that each flag has, by flag. */
const aValue = fc.boolean();
const valueOf = (flag: ModelFlag, isOn: boolean) => (isOn ? flag.on : flag.off);

export const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ flag: aFlag, user: aUser, type: aType, reason: aReason, end: anEnd })
    .map(({ flag, user, type, reason, end }): Step => async ({ container, model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: type };
      const endsAtMs = endsAt(model, end);
      const request = { userId: users[user], overrideType: type, reason, expiresAt: iso(endsAtMs) };
      const { overrides } = container;
      expect(await outcomeOf(overrides.put(aCall(), place.flagKey, request, undefined))).toBe(
        model.put(place, { value: null, enabled: true, reason, endsAtMs }),
      );
    }),
  fc
    .record({ flag: aFlag, user: aUser, type: fc.option(aType, { nil: undefined }) })
    .map(({ flag, user, type }): Step => async ({ container, model, flags, users }) => {
      const of = { flagKey: flags[flag].key, subject: users[user] };
      const kinds: OverrideKind[] = type === undefined ? ['include', 'exclude'] : [type];
      expect(await outcomeOf(container.remove(of.flagKey, of.subject, type))).toBe(
        model.remove(kinds.map((kind) => ({ ...of, kind }))),
      );
    }),
  fc
    .record({ flag: aFlag, user: aUser, value: aValue, enabled: fc.boolean(), reason: aReason, end: anEnd })
    .map(
      ({ flag, user, value, enabled, reason, end }): Step =>
        async ({ container, model, flags, users }) => {
          const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
          const fields = { value: valueOf(flags[flag], value), enabled, reason };
          const endsAtMs = endsAt(model, end);
          const request = { flagKey: place.flagKey, ...fields, expiresAt: iso(endsAtMs) };
          const { typed } = container;
          expect(await outcomeOf(typed.add(aCall(), place.subject, request, undefined))).toBe(
            model.add(place, { ...fields, endsAtMs }),
          );
        },
    ),
  fc
    .record({
      flag: aFlag,
      user: aUser,
      value: fc.option(aValue, { nil: undefined }),
      enabled: fc.option(fc.boolean(), { nil: undefined }),
      end: fc.option(anEnd, { nil: undefined }),
    })
    .map(({ flag, user, value, enabled, end }): Step => async ({ container, model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
      const fields = {
        ...(value !== undefined && { value: valueOf(flags[flag], value) }),
        ...(enabled !== undefined && { enabled }),
      };
      const endsAtMs = end === undefined ? undefined : endsAt(model, end);
      const request = { ...fields, ...(endsAtMs !== undefined && { expiresAt: iso(endsAtMs) }) };
      const { typed } = container;
      expect(await outcomeOf(typed.update(aCall(), place.subject, place.flagKey, request))).toBe(
        model.update(place, { ...fields, ...(endsAtMs !== undefined && { endsAtMs }) }),
      );
    }),
  fc
    .record({ flag: aFlag, user: aUser })
    .map(({ flag, user }): Step => async ({ container, model, flags, users }) => {
      const place = { flagKey: flags[flag].key, subject: users[user], kind: 'value' } as const;
      expect(await outcomeOf(container.typed.remove(aCall(), place.subject, place.flagKey))).toBe(
        model.remove([place]),
      );
    }),
  fc
    .record({
      isOfDevice: fc.boolean(),
      user: aUser,
      values: fc.uniqueArray(fc.record({ flag: aFlag, value: fc.option(aValue) }), {
        minLength: 1,
        maxLength: 2,
        selector: ({ flag }) => flag,
      }),
    })
    .map(({ isOfDevice, user, values }): Step => async ({ container, model, flags, users, device }) => {
      const pinned = Object.fromEntries(
        values.map(({ flag, value }) => [
          flags[flag].key,
          value === null ? null : valueOf(flags[flag], value),
        ]),
      );
      const subject = isOfDevice ? device : users[user];
      const named = isOfDevice ? { deviceId: device } : { userId: users[user] };
      expect(await outcomeOf(container.pin(named, pinned))).toBe(model.pin(subject, isOfDevice, pinned));
    }),
  fc.constantFrom(500, 1_000, 30_000, 3_600_000).map((ms): Step => async ({ wait }) => {
    wait(ms);
    await Promise.resolve();
  }),
  fc.constant<Step>(async ({ model, collect }) => {
    await collect();
    model.collect();
  }),
);
