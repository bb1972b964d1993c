export { StoreError, type StoreErrorCode } from "./errors.ts";
export { type FetchModuleOptions, fetchModule } from "./fetch-module.ts";
export type { DownloadOptions, Fetch, FetchResponse } from "./http-module.ts";
export { type AdmitImage, moduleLayerType } from "./image-module.ts";
export { createModuleStore, type ModuleStore, type ModuleStoreOptions } from "./module-store.ts";
export { type ModuleLocation, parseModuleUrl } from "./module-url.ts";
export type { StoredModule } from "./stored-module.ts";
