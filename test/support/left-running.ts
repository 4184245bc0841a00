const stops = new Set<() => Promise<void>>();

/** The same stop, made once however often it is called; where a test file never calls it, its end does. */
export const stopAtTheEnd = (stop: () => Promise<void>): (() => Promise<void>) => {
  let stopping: Promise<void> | undefined;
  const once = () => (stopping ??= stop());
  stops.add(once);
  return once;
};

export const stopWhatIsLeft = async (): Promise<void> => {
  await Promise.all([...stops].map((stop) => stop()));
};
