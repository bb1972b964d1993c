export { type Clock, pause, systemClock } from "./clock.ts";
export { mapConcurrent } from "./concurrency.ts";
export { deferred } from "./deferred.ts";
export { errorText } from "./errors.ts";
export {
  createLogger,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogLine,
  type LogSpan,
  type LogValue,
  logLevels,
  silentLogger,
} from "./logger.ts";
export { createLookUpCache, type LookUpCache, type LookUpCacheOptions } from "./look-up-cache.ts";
export { osErrorText } from "./os-error.ts";
export { isPrintable, printable, printableLine } from "./printable.ts";
export { createKeyedSemaphore, createSemaphore, type KeyedSemaphore, type Semaphore } from "./semaphore.ts";
export { createStampIssuer, isStampValid, type SharedStamp, type StampIssuer } from "./shared-stamp.ts";
export { createSingleFlight, type SingleFlight } from "./single-flight.ts";
