export {
  defaultLimits,
  type GuestEnvironment,
  type GuestHost,
  type GuestLimits,
  type GuestProtocol,
  type GuestResult,
  type HostCall,
  type Isolation,
  type PreparedModule,
} from "./core/index.ts";
export { RuntimeError, type RuntimeErrorCode } from "./errors.ts";
