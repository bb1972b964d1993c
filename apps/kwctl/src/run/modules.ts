import { mapConcurrent } from "@kubewarden-ts/base";
import type { PinnedPolicy } from "@kubewarden-ts/policy-store";
import { KwctlError } from "../errors.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";

/** A module that is to be fetched. */
export interface WantedModule {
  readonly url: string;
  /** Of a policy that the user named by its digest: no other module may be used in its place. */
  readonly pinned?: PinnedPolicy | undefined;
}

const maxFetchesAtOnce = 4;

/**
 * Fetches all modules, each once, before anything is evaluated.
 * @returns the modules by their URL
 * @throws {KwctlError} for the first that cannot be had or is no module
 */
export async function fetchModules(
  wanted: readonly WantedModule[],
  fetchModule: (url: string, options: Pick<WantedModule, "pinned">) => Promise<Uint8Array>,
): Promise<Map<string, PolicyModule>> {
  const distinct = new Map(wanted.map((each) => [each.url, each]));
  const modules = await mapConcurrent([...distinct.values()], maxFetchesAtOnce, async ({ url, pinned }) => {
    const bytes = await fetchModule(url, { pinned }).catch((cause: unknown) => {
      // It names the policy already.
      if (cause instanceof KwctlError && cause.code === "KWCTL_NOT_VERIFIED") throw cause;
      throw new KwctlError(`Cannot fetch policy ${url}`, { code: "KWCTL_POLICY_NOT_FOUND", cause });
    });
    return [url, readPolicyModule(bytes)] as const;
  });
  return new Map(modules);
}
