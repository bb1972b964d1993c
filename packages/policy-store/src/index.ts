export { StoreError, type StoreErrorCode } from "./errors.ts";
export { type FetchModuleOptions, fetchModule } from "./fetch-module.ts";
export type { Fetch, FetchResponse } from "./http-module.ts";
export { type ModuleLocation, parseModuleUrl } from "./module-url.ts";
