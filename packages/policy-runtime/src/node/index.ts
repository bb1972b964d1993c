export { defaultLimits } from "../core/host.ts";
export { processEnvironment } from "./environment.ts";
export type { Begun, GuestHandler, PolicyHandler, ServeCapability } from "./handler.ts";
export type { RunResult, RunUsage } from "./job.ts";
export { defaultMaxPendingBytes, GuestPool, type GuestPoolOptions } from "./pool.ts";
export { timeoutText } from "./preparation.ts";
