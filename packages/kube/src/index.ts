export {
  type ClusterAccess,
  type LoadClusterAccessOptions,
  loadClusterAccess,
} from "./access/cluster-access.ts";
export type { Credentials } from "./access/credentials.ts";
export type { ReadFile } from "./access/kubeconfig.ts";
export type { RunProgram } from "./access/run-program.ts";
export { type Clock, systemClock } from "./clock.ts";
export { isKubeError, KubeError, type KubeErrorCode, type KubeErrorOptions } from "./errors.ts";
