import type * as z from 'zod';
import type { FlagErrorCode } from '../shared/errors';
import type { SchemaName } from './schemas';

export const TAGS = {
  Evaluation: 'What flags give to a caller.',
  OFREP: 'The same by the OpenFeature Remote Evaluation Protocol, for the clients of OpenFeature.',
  Flags: 'Flags and their states.',
  Rules: 'Targeting rules of a flag.',
  Segments: 'Rules that are kept once and named by flags.',
  Overrides: 'Exceptions for single users.',
  'Feature flags': 'All flags of one user or device.',
  Devices: 'Devices of users.',
  People: 'Users of the pool.',
  Audit: 'Who changed what.',
  Metrics: 'Numbers for Prometheus.',
  System: 'The API itself.',
} as const;

export interface Answer {
  readonly description: string;
  /** Without it the answer has no body. */
  readonly body?: SchemaName | 'text';
  /** @default - `application/json` */
  readonly mediaType?: string;
  /** Besides `X-Request-Id`. */
  readonly headers?: readonly ('ETag' | 'Link' | 'Location' | 'Retry-After')[];
}

/** What the document says of one route, besides what follows from its row in `functions/routes.ts`. */
export interface Operation {
  /** Name for generated clients; the routes of one row each need their own. @default - that of the row, in camel case */
  readonly id?: string;
  readonly tag: keyof typeof TAGS;
  /** A few words. */
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  /** What the handler takes: the very object of `shared/contract` that it is made of. */
  readonly request?: { readonly query?: z.ZodRawShape; readonly body?: z.ZodType };
  /** Descriptions of query parameters by name, besides those of `parameters.ts`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Headers of the request that `parameters.ts` describes, besides those that follow from the caller and the condition. */
  readonly headers?: readonly ('X-App-Version' | 'X-Timezone' | 'X-Device-Id')[];
  /** Of the body. @default - `application/json` */
  readonly mediaTypes?: readonly string[];
  /** The body may be CSV too, or is nothing else where `request` has no body: what its columns are. */
  readonly csv?: string;
  /** `If-Match` may be answered 412, `If-None-Match` 304. */
  readonly condition?: 'If-Match' | 'If-None-Match';
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /**
   * Codes besides those that follow from the caller and from having a body or a condition. `none`: the route has other
   * error bodies than problem details; they stand in `answers`, and nothing follows.
   */
  readonly problems?: readonly FlagErrorCode[] | 'none';
}
