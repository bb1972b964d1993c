import type { ScannedPart } from "../config.ts";

/** What is to be scanned next: scopes in which something changed. */
export interface DirtyScopes {
  /** @param namespace - `undefined` for what is in none */
  mark(namespace: string | undefined): void;
  /** Policies or what they run on changed: everything has to be looked at. */
  markAll(): void;
  /** What is to be scanned now, in order; it counts as clean then. */
  take(): readonly ScannedPart[];
  /** Resolves when there is something to scan. */
  readonly any: Promise<void>;
}

/** @param part - what is scanned at all @param ignored - namespaces that are not, unless they are all of `part` */
export function createDirtyScopes(part: ScannedPart, ignored: ReadonlySet<string>): DirtyScopes {
  let all = false;
  let cluster = false;
  const namespaces = new Set<string>();
  let waiting = Promise.withResolvers<void>();

  const concerns = (namespace: string | undefined): boolean => {
    if (part.kind === "cluster") return namespace === undefined;
    if (part.kind === "namespace") return namespace === part.name;
    return namespace === undefined || !ignored.has(namespace);
  };

  return {
    mark(namespace) {
      if (!concerns(namespace)) return;
      if (namespace === undefined) cluster = true;
      else namespaces.add(namespace);
      waiting.resolve();
    },
    markAll() {
      all = true;
      waiting.resolve();
    },
    take() {
      const parts: ScannedPart[] = all
        ? [part]
        : [
            ...(cluster ? [{ kind: "cluster" } as const] : []),
            ...[...namespaces].map((name) => ({ kind: "namespace", name }) as const),
          ];
      [all, cluster] = [false, false];
      namespaces.clear();
      waiting = Promise.withResolvers();
      return parts;
    },
    get any() {
      return waiting.promise;
    },
  };
}
