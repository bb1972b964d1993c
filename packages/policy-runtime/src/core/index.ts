export { snapshotGoCommand } from "./go-snapshot.ts";
export { createGuest, type Guest } from "./guest.ts";
export {
  defaultLimits,
  type GuestCall,
  type GuestEnvironment,
  type GuestHost,
  type GuestLimits,
  type GuestResult,
  type GuestUsage,
  type HostCall,
} from "./host.ts";
export { canSuspend } from "./imports.ts";
export type { GuestOptions } from "./instance.ts";
export { prepareModule } from "./prepare.ts";
export type { GuestProtocol, Isolation, PreparedModule } from "./prepared-module.ts";
export type { Snapshot } from "./snapshot.ts";
