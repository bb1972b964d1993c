import type { FlagValues } from "@kubewarden-ts/cli";
import type { KwctlDeps } from "../define-command.ts";
import type { sourcesFlags } from "../flags/sources.ts";
import { checkDockerConfig, readSources } from "../sources-file.ts";
import type { Registries } from "./registries.ts";

/** What of a command the connections are made of. */
export type RegistryDeps = Pick<KwctlDeps, "files" | "directories" | "log" | "connectRegistries"> & {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the message about a file of sources that cannot be used starts with. */
  readonly sourcesErrorPrefix?: string;
};

/**
 * Registries and web servers as the flags, the default files and the environment say (kwctl-and-oci.md 5, SRC).
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming the file of sources
 */
export async function openRegistries(
  flags: FlagValues<typeof sourcesFlags>,
  deps: RegistryDeps,
): Promise<Registries> {
  const sources = await readSources(flags["sources-path"], deps);
  const dockerConfigFolder = flags["docker-config-json-path"];
  await checkDockerConfig(dockerConfigFolder, deps);
  return await deps.connectRegistries({ sources, dockerConfigFolder });
}
