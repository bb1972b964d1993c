import type { Logger } from "@kubewarden-ts/base";
import { type Connections, type Credentials, createRegistryClient, platformOf } from "@kubewarden-ts/oci";
import { type AdmitImage, createModuleStore, type ModuleStore } from "@kubewarden-ts/policy-store";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import type { ServerConfig } from "../config.ts";
import { admitSigned, type RequiredSignatures } from "../verification/admit-signed.ts";

/** A store with the connections it needs. */
export interface OpenModuleStore extends ModuleStore, AsyncDisposable {}

/** The store of the server's modules, over the real network; nothing is contacted before the first of them. */
export function openModuleStore(
  { downloadFolder, maxModuleBytes }: Pick<ServerConfig, "downloadFolder" | "maxModuleBytes">,
  { connections, credentials, signatures, log }: ModuleStoreDeps,
): OpenModuleStore {
  const { sources } = connections;
  const userAgent = `policy-server/${KUBEWARDEN_VERSION}`;
  const client = createRegistryClient({ sources, credentials, userAgent, log });
  const platform = platformOf(process);
  const admit: AdmitImage | undefined = signatures && admitSigned(signatures, { client, platform, log });
  const store = createModuleStore({
    ...{ root: downloadFolder, client, platform, admit, log },
    ...{ web: { connections }, maxBytes: maxModuleBytes },
  });
  return { ...store, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

export interface ModuleStoreDeps {
  readonly connections: Connections;
  readonly credentials: Credentials;
  /** What images are to be signed by; without, every module may be used. */
  readonly signatures: RequiredSignatures | undefined;
  readonly log: Logger;
}
