/** What the parent asks of a contender's process; one at a time. `index` is a case's place in the opened group. */
export type Command =
  | { readonly do: 'open'; readonly group: number }
  | { readonly do: 'answer'; readonly index: number }
  | { readonly do: 'time'; readonly index: number; readonly times: number };

/** By flag key, for the first askers: 1 or 0 for each, ? for one who got no answer. */
export type Answers = Readonly<Record<string, string>>;

export type Reply =
  | { readonly opened: number }
  | { readonly answers: Answers }
  | { readonly nanoseconds: number }
  | { readonly failure: string | undefined };
