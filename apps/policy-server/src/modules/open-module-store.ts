import type { Logger } from "@kubewarden-ts/base";
import { type Connections, type Credentials, createRegistryClient, platformOf } from "@kubewarden-ts/oci";
import { createModuleStore, type ModuleStore } from "@kubewarden-ts/policy-store";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import type { ServerConfig } from "../config.ts";

/** A store with the connections it needs. */
export interface OpenModuleStore extends ModuleStore, AsyncDisposable {}

/** The store of the server's modules, over the real network; nothing is contacted before the first of them. */
export function openModuleStore(
  { downloadFolder, maxModuleBytes }: Pick<ServerConfig, "downloadFolder" | "maxModuleBytes">,
  { connections, credentials, log }: { connections: Connections; credentials: Credentials; log: Logger },
): OpenModuleStore {
  const { sources } = connections;
  const userAgent = `policy-server/${KUBEWARDEN_VERSION}`;
  const client = createRegistryClient({ sources, credentials, userAgent, log });
  const store = createModuleStore({
    ...{ root: downloadFolder, client, platform: platformOf(process), log },
    ...{ web: { connections }, maxBytes: maxModuleBytes },
  });
  return { ...store, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}
