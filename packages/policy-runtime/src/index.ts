export {
  defaultLimits,
  type GuestCall,
  type GuestEnvironment,
  type GuestHost,
  type GuestLimits,
  type GuestProtocol,
  type GuestResult,
  type GuestUsage,
  type HostCall,
  type Isolation,
  type PreparedModule,
} from "./core/index.ts";
export { RuntimeError, type RuntimeErrorCode } from "./errors.ts";
