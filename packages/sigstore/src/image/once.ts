/** Computes something when it is asked for first, and gives the same from then on: also what it failed with. */
export function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | { readonly error: unknown } | undefined;
  return () => {
    if (known === undefined) {
      try {
        known = { value: compute() };
      } catch (error) {
        known = { error };
      }
    }
    if ("error" in known) throw known.error;
    return known.value;
  };
}
