import type { Logger } from "@kubewarden-ts/base";
import { createConnections, createRegistryClient, platformOf, registryCredentials } from "@kubewarden-ts/oci";
import { createModuleStore } from "@kubewarden-ts/policy-store";
import type { Registries, RegistryOptions } from "./registries.ts";

export interface ConnectRegistriesDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The folder of the store. */
  readonly root: string;
  /** The largest module that is taken, in bytes. */
  readonly maxModuleBytes: number;
  readonly userAgent: string;
  readonly log: Logger;
}

/** {@link Registries} over the real network. */
export function connectRegistries(
  { sources, dockerConfigFolder: configured, credentials }: RegistryOptions,
  { env, platform: os, arch, root, maxModuleBytes: maxBytes, userAgent, log }: ConnectRegistriesDeps,
): Registries {
  const known = credentials ?? registryCredentials({ configured, env, log });
  const platform = platformOf({ platform: os, arch });
  const client = createRegistryClient({ sources, credentials: known, userAgent, log });
  const connections = createConnections(sources);
  return {
    ...{ client, connections, platform },
    openStore: (options) =>
      createModuleStore({ root, client, platform, web: { connections }, maxBytes, log, ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all([client[Symbol.asyncDispose](), connections[Symbol.asyncDispose]()]);
    },
  };
}
