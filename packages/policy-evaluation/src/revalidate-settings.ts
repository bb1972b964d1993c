import type { GuestPool } from "@kubewarden-ts/policy-runtime/node";
import { failuresOf, isFailure, type LoadedEntry, type Runnable } from "./generation.ts";
import { validateSettings } from "./policy-loader.ts";
import { type Settings, settingsToJson } from "./settings.ts";
import type { PolicyContext, WorkerAnswer } from "./worker/worker-answer.ts";

/**
 * Asks what is loaded about its settings, one member of a group after the other.
 * @returns what is wrong, one line for each member; `undefined` when all is well
 */
export async function revalidateSettings(
  pool: GuestPool<PolicyContext, WorkerAnswer>,
  loaded: LoadedEntry | undefined,
): Promise<string | undefined> {
  if (loaded === undefined) throw new Error("there is no such policy");
  const [failure] = failuresOf(loaded);
  if (failure !== undefined) throw new Error(failure.message);
  const problems: string[] = [];
  for (const { key, timeoutMs, settings } of askedOf(loaded)) {
    const problem = await validateSettings(pool, key, settingsToJson(settings), timeoutMs);
    if (problem !== undefined) problems.push(problem);
  }
  return problems.length === 0 ? undefined : problems.join("\n");
}

function askedOf(loaded: LoadedEntry): (Runnable & { readonly settings: Settings })[] {
  const members =
    loaded.kind === "policy"
      ? [{ state: loaded.state, settings: loaded.entry.settings }]
      : Array.from(loaded.members, ([name, state]) => ({
          state,
          settings: loaded.entry.policies[name]?.settings ?? {},
        }));
  return members.flatMap(({ state, settings }) => (isFailure(state) ? [] : [{ ...state, settings }]));
}
