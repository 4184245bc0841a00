type Method = (...args: never[]) => Promise<unknown>;

/**
 * Has something else happen just before the next call of this method of any object of the class: the one moment in which
 * a race is lost.
 */
export const beforeNext = <Name extends string>(
  { prototype }: { readonly prototype: Record<Name, Method> },
  name: Name,
  meanwhile: () => Promise<unknown>,
): void => {
  const original = prototype[name];
  prototype[name] = async function (this: unknown, ...args: never[]) {
    prototype[name] = original;
    await meanwhile();
    return original.apply(this, args);
  };
};
