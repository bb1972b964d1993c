export { OciError, type OciErrorCode } from "./errors.ts";
export { type Connections, createConnections } from "./sources/connections.ts";
export {
  defaultSources,
  type Proxies,
  proxiesFromEnvironment,
  type Sources,
  withEnvironmentProxies,
} from "./sources/sources.ts";
export { parseSources, toSources } from "./sources/sources-file.ts";
