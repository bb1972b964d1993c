import { mapConcurrent } from "@kubewarden-ts/base";
import { KwctlError } from "../errors.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";

const maxFetchesAtOnce = 4;

/**
 * Fetches all modules, each once, before anything is evaluated.
 * @returns the modules by their URL
 * @throws {KwctlError} for the first that cannot be had or is no module
 */
export async function fetchModules(
  urls: readonly string[],
  fetchModule: (url: string) => Promise<Uint8Array>,
): Promise<Map<string, PolicyModule>> {
  const modules = await mapConcurrent([...new Set(urls)], maxFetchesAtOnce, async (url) => {
    const bytes = await fetchModule(url).catch((cause: unknown) => {
      // It names the policy already.
      if (cause instanceof KwctlError && cause.code === "KWCTL_NOT_VERIFIED") throw cause;
      throw new KwctlError(`Cannot fetch policy ${url}`, { code: "KWCTL_POLICY_NOT_FOUND", cause });
    });
    return [url, readPolicyModule(bytes)] as const;
  });
  return new Map(modules);
}
