import { mapConcurrent } from "@kubewarden-ts/base";
import type { PolicyFailure } from "./errors.ts";
import { failuresOf, type Generation, keysOf, type LoadedEntry } from "./generation.ts";
import type { Policies } from "./policies-file.ts";
import type { PolicyLoader } from "./policy-loader.ts";

/** What a reload did, by policy id. */
export interface ReloadReport {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Failures of entries that could not be loaded. Those that had a working revision go on with it. */
  readonly failures: readonly PolicyFailure[];
}

const maxEntriesAtOnce = 4;

/** Loads all policies of a file. */
export async function loadGeneration(loader: PolicyLoader, policies: Policies): Promise<Generation> {
  const entries = await mapConcurrent([...policies], maxEntriesAtOnce, ([id, entry]) =>
    loader.load(id, entry),
  );
  return new Map(entries.map((entry) => [entry.id, entry]));
}

/**
 * Builds the generation that follows another one: what did not change is taken over, what cannot be loaded stays as it was
 * and notes why.
 * @param release - takes the keys of what was loaded and is not used
 */
export async function nextGeneration(
  current: Generation,
  policies: Policies,
  { loader, release }: { loader: PolicyLoader; release: (key: number) => void },
): Promise<{ next: Generation; report: ReloadReport }> {
  const [added, changed]: [string[], string[]] = [[], []];
  const failures: PolicyFailure[] = [];
  const entries = await mapConcurrent(
    [...policies],
    maxEntriesAtOnce,
    async ([id, entry]): Promise<LoadedEntry> => {
      const old = current.get(id);
      const worked = old !== undefined && failuresOf(old).length === 0;
      if (worked && old.revision === (await loader.revisionOf(id, entry))) return restored(old);
      const loaded = await loader.load(id, entry);
      const failed = failuresOf(loaded);
      failures.push(...failed);
      if (failed.length > 0 && worked) {
        for (const key of keysOf(loaded)) release(key);
        return { ...old, refused: failed };
      }
      if (old === undefined) added.push(id);
      else if (failed.length === 0) changed.push(id);
      return loaded;
    },
  );
  const next = new Map(entries.map((entry) => [entry.id, entry]));
  const removed = [...current.keys()].filter((id) => !next.has(id));
  return { next, report: { added, changed, removed, failures } };
}

/** The file says again what is in place. */
function restored(entry: LoadedEntry): LoadedEntry {
  if (entry.refused === undefined) return entry;
  const { refused: _, ...rest } = entry;
  return rest;
}
