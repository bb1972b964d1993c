/**
 * Makes something when it is asked for first, and gives the same from then on. Who asks meanwhile waits with the first; a
 * failure is not kept.
 * @example const load = deferred(() => import("./large.ts"));
 */
export function deferred<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
