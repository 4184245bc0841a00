import * as z from 'zod';

/** Longest free text a person may give as the reason of a change, in characters. */
const MAX_REASON_LENGTH = 500;

export const FLAG_KEY_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
export const VARIANT_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const FlagKeySchema = z
  .string()
  .regex(
    FLAG_KEY_PATTERN,
    'a flag key is 1 to 128 letters, digits, ".", "_" or "-", the first a letter or digit',
  );

/** A Cognito `sub`: a UUID in the canonical lower-case or upper-case text form. */
export const UserSubSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, 'a user id is a Cognito sub (a UUID)');

/** What the server owns of every stored thing; a body that repeats it is accepted, and it is dropped unread. */
export const SERVER_OWNED: ReadonlySet<string> = new Set([
  'version',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'state',
  'killed',
  'environment',
  'overrideCounts',
]);

/** The body without what the server owns, so that what GET gave can be sent back. */
export const withoutServerOwned = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? Object.fromEntries(Object.entries(body).filter(([name]) => !SERVER_OWNED.has(name)))
    : body;

/** The wider form that a deployment with `userIdFormat: "any"` accepts. */
export const AnyUserIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._@:+=-]{1,128}$/, 'a user id is 1 to 128 letters, digits or "._@:+=-"');

/** A UUID has one spelling in tokens and in the table; other ids are as they are. */
export const spelledAsStored = (userId: string): string =>
  UserSubSchema.safeParse(userId).success ? userId.toLowerCase() : userId;

export const UserIdFormatSchema = z.enum(['sub', 'any']);
export type UserIdFormat = z.infer<typeof UserIdFormatSchema>;

/** The last moment of a year of four digits in UTC: texts of later ones are not in the order of the times. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** ISO 8601 with an offset or `Z`; answers are always UTC. */
export const TimestampSchema = z.iso
  .datetime({
    offset: true,
    error: 'a time in ISO 8601 with seconds and Z or an offset, as 2026-11-21T09:00:00Z',
  })
  .refine((text) => !(Date.parse(text) > LAST_MS), 'a time up to the end of the year 9999 in UTC');

export const ReasonSchema = z.string().max(MAX_REASON_LENGTH);

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Any JSON value. Depth and size are bounded where the body is read, before this runs. */
export const JsonValueSchema: z.ZodType<JsonValue> = z.json();

/** A page of anything; `nextCursor` is null at the end, and a page may be shorter than its limit. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}
