export { StoreError, type StoreErrorCode } from "./errors.ts";
export type { DownloadOptions, Fetch, FetchResponse } from "./http-module.ts";
export { type AdmitImage, moduleLayerType, type PullPolicy } from "./image-module.ts";
export { digestOfPlace, type StoreFile } from "./kept-manifests.ts";
export { createModuleStore, type ModuleStore, type ModuleStoreOptions } from "./module-store.ts";
export { type ModuleLocation, parseModuleUrl } from "./module-url.ts";
export {
  createPolicyFolder,
  type PinnedPolicy,
  type PolicyFolder,
  type PolicyFolderOptions,
  type StoredPolicy,
} from "./policy-folder.ts";
export { type PushModuleOptions, pushModule } from "./push-module.ts";
export { isStorePath } from "./store-path.ts";
export type { DownloadedModule, StoredModule } from "./stored-module.ts";
export { admitVerified, type VerifyImage } from "./verified-images.ts";
export { fromWindowsNames, windowsNames } from "./windows-path.ts";
