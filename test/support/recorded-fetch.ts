interface RecordedCall {
  readonly url: string;
  readonly status: number;
  readonly ifNoneMatch: string | null;
  readonly etag: string | null;
}

/** A `fetch` for clients that take one, which keeps what went over the wire. */
export const recordFetch = () => {
  const calls: RecordedCall[] = [];
  const recorded: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    calls.push({
      url: request.url,
      status: response.status,
      ifNoneMatch: request.headers.get('if-none-match'),
      etag: response.headers.get('etag'),
    });
    return response;
  };
  return { calls, fetch: recorded, last: () => calls.at(-1) };
};
