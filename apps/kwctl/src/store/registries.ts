import type { Connections, Credentials, Platform, RegistryClient, Sources } from "@kubewarden-ts/oci";
import type { AdmitImage, ModuleStore, PullPolicy } from "@kubewarden-ts/policy-store";

/** How registries and web servers are to be reached. */
export interface RegistryOptions {
  readonly sources: Sources;
  /** Folder of Docker's `config.json`, as the user gave it. */
  readonly dockerConfigFolder: string | undefined;
  /** In place of those that are kept on this machine. */
  readonly credentials?: Credentials;
}

/** Registries and web servers, and the store of what was downloaded from them. */
export interface Registries extends AsyncDisposable {
  readonly client: RegistryClient;
  readonly connections: Connections;
  /** Whose entry of an image index counts. */
  readonly platform: Platform;
  /** @param options.admit - asked about every image before it is used */
  openStore(options?: {
    readonly admit?: AdmitImage | undefined;
    readonly pullPolicy?: PullPolicy | undefined;
  }): ModuleStore;
}

/** Nothing is contacted before the first request. */
export type ConnectRegistries = (options: RegistryOptions) => Promise<Registries>;
