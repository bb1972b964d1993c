export type { CapabilityDeps, ResourceReference } from "./capability.ts";
export { type CapabilityComparison, compareCapabilities, usedCapabilities } from "./capability-scan.ts";
export { createDispatcher, type DispatcherOptions, type HostCall } from "./dispatcher.ts";
export { CapabilityError, HostCallError, type HostCallErrorCode } from "./errors.ts";
export { type CapabilityGrants, formatGrants, mayWait, parseCapabilityPatterns } from "./grants.ts";
export { createCapabilityServer } from "./server.ts";
