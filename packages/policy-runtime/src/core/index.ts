export { createGuest, type Guest, type GuestOptions } from "./guest.ts";
export {
  defaultLimits,
  type GuestEnvironment,
  type GuestHost,
  type GuestLimits,
  type GuestResult,
  type HostCall,
} from "./host.ts";
export { canSuspend } from "./imports.ts";
export { prepareModule } from "./prepare.ts";
export type { GuestProtocol, Isolation, PreparedModule } from "./prepared-module.ts";
export type { Snapshot } from "./snapshot.ts";
